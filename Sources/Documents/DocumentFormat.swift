/// The kind of source a document was read from.
package enum DocumentFormat: String, CaseIterable, Codable, Hashable, Sendable {
  case markdown, text, html, pdf, docx, pptx, xlsx, epub, csv, tsv, json, jsonl, email, code
  case odt, ods, odp, rtf, doc, xls, ppt
  case msg, mailbox, calendar, contacts
  case image
  case rst, asciidoc, org, latex, notebook
}
