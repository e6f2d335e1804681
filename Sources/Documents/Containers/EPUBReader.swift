/// Reads EPUB books (2 and 3): the chapters in reading order, each a page.
///
/// - Source: W3C EPUB 3.3, sections 4 (container) and 5 (package document).
package struct EPUBReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let zip = try ZipContainer(source.bytes, limits: limits)
    func tree(_ name: String) throws(DocumentError) -> XMLNode? {
      guard let bytes = try zip.entry(name) else { return nil }
      return try MarkupTree.xml(bytes, part: name, limits: limits, allowsDocumentType: true).root
    }
    if let encryption = try tree("META-INF/encryption.xml") { try Self.checkEncryption(encryption) }
    guard let container = try tree("META-INF/container.xml"),
      let path = container.descendant("rootfile")?.attribute("full-path"), let package = try tree(path)
    else {
      throw DocumentError(.malformed, "the archive holds no EPUB package; check the file's extension")
    }
    let assembler = TextAssembler(limits: limits)
    let folder = OfficePackage.folder(of: path)
    for chapter in Self.chapters(package) {
      let name = OfficePackage.resolve(chapter, from: folder)
      guard let bytes = try zip.entry(name) else { continue }
      assembler.startPage()
      let text = try HTMLEncoding.decode(bytes, name: name)
      guard !text.isEmpty, let root = try MarkupTree.html(text, part: name, limits: limits).root else {
        continue
      }
      try HTMLText.append(root, to: assembler)
    }
    let (title, metadata) = Self.describe(package)
    return try assembler.finish(
      format: .epub, title: title ?? assembler.firstText(of: .heading, level: 1), metadata: metadata,
      emptyMessage: "the book has no text; pictures of pages need OCR first")
  }

  /// References of the spine's documents, without the table of contents.
  private static func chapters(_ package: XMLNode) -> [String] {
    var references: [String: String] = [:]
    for item in package.first("manifest")?.elements("item") ?? [] {
      guard let id = item.attribute("id"), let reference = item.attribute("href") else { continue }
      let isContents = item.attribute("properties")?.split(separator: " ").contains("nav") ?? false
      let type = item.attribute("media-type") ?? ""
      if !isContents, type.isEmpty || type.contains("html") || type.contains("oeb1") {
        references[id] = reference.split(separator: "#").first.map(String.init)
      }
    }
    // A spine that names one chapter again and again would multiply the text.
    var seen: Set<String> = []
    return (package.first("spine")?.elements("itemref") ?? []).compactMap { item in
      guard let id = item.attribute("idref"), seen.insert(id).inserted else { return nil }
      return references[id]
    }
  }

  private static func describe(_ package: XMLNode) -> (title: String?, metadata: [String: MetadataValue]) {
    guard let node = package.first("metadata") else { return (nil, [:]) }
    // EPUB 2 made from OEB 1 wraps them once more.
    let entries = node.first("dc-metadata") ?? node
    func values(_ name: String) -> [String] {
      entries.elements(name).compactMap { TextAssembler.oneLine($0.text) }
    }
    var metadata: [String: MetadataValue] = [:]
    let authors = values("creator")
    if authors.count == 1 { metadata["author"] = .string(authors[0]) }
    if authors.count > 1 { metadata["author"] = .list(authors) }
    for (name, key) in [("language", "language"), ("publisher", "publisher"), ("description", "description")]
    {
      if let value = values(name).first { metadata[key] = .string(value) }
    }
    if let date = values("date").lazy.compactMap(DateText.iso8601).first { metadata["date"] = .string(date) }
    let subjects = values("subject")
    if !subjects.isEmpty { metadata["keywords"] = .list(subjects) }
    return (values("title").first, metadata)
  }

  /// - Throws: `.encrypted` when anything but fonts is encrypted.
  private static func checkEncryption(_ root: XMLNode) throws(DocumentError) {
    let obfuscations = ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"]
    for data in root.elements("EncryptedData") {
      guard let algorithm = data.first("EncryptionMethod")?.attribute("Algorithm"),
        obfuscations.contains(algorithm)
      else {
        throw DocumentError(
          .encrypted, "the book is protected by DRM; ask its publisher for a copy without, then try again")
      }
    }
  }
}
