/// Tells titles from what programs write where a title should be.
package enum PDFTitle {
  /// `title`, or `nil` for a placeholder, a program's name before a file's, or a file's name.
  package static func checked(_ title: String, fileName: String) -> String? {
    let plain = title.lowercased()
    let stem = fileName.split(separator: "/").last.map { String($0).lowercased() } ?? ""
    let placeholders = [
      "untitled", "(anonymous)", "anonymous", "(unspecified)", "unknown", "title", "none", "null", "no title",
      "print",
      "powerpoint presentation", "powerpoint-präsentation", "slide 1", "folie 1", "presentation", "document",
      "unbenannt", "sans titre", "sin título", "scan", "scanned document", "full page fax print", "image",
      "pdf",
    ]
    if placeholders.contains(plain) { return nil }
    for prefix in [
      "microsoft word - ", "microsoft powerpoint - ", "microsoft excel - ", "untitled-", "untitled ",
    ]
    where plain.hasPrefix(prefix) {
      return nil
    }
    for word in [
      "document", "dokument", "doc", "presentation", "book", "mappe", "scan", "img", "image", "layout",
    ]
    where plain.hasPrefix(word) {
      let rest = plain.dropFirst(word.count)
      if rest.allSatisfy({ $0.isNumber || $0 == "_" || $0 == "-" || $0 == " " }) { return nil }
    }
    if plain == stem || stem.hasPrefix(plain + ".") { return nil }
    let endings = [
      ".doc", ".docx", ".rtf", ".odt", ".indd", ".qxd", ".qxp", ".fm", ".tex", ".dvi", ".ps", ".eps", ".pdf",
      ".ppt",
      ".pptx", ".xls", ".xlsx", ".txt", ".html", ".htm", ".pages", ".cdr", ".ai", ".pub", ".tmp", ".dwg",
      ".p65", ".pm6",
    ]
    if endings.contains(where: plain.hasSuffix),
      !plain.contains(" ") || plain.hasSuffix(".doc") || plain.hasSuffix(".docx")
    {
      return nil
    }
    return title.unicodeScalars.contains { $0.properties.isAlphabetic } ? title : nil
  }
}
