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
    let spine = EPUBSpine(package)
    if spine.contents > 0 {
      assembler.notes.append(ReadingNote("the table of contents is left out: the chapters bear their names"))
    }
    var names: [String: String] = [:]
    do throws(DocumentError) {
      names = try Self.names(spine, folder: folder, tree)
    } catch {
      assembler.notes.append(ReadingNote("the chapters' names can't be read: \(error.message)"))
    }
    for chapter in spine.chapters {
      let name = OfficePackage.resolve(chapter, from: folder)
      do throws(DocumentError) {
        guard let bytes = try zip.entry(name) else {
          assembler.notes.append(ReadingNote("the chapter '\(name)' is not in the file"))
          continue
        }
        let text = try HTMLEncoding.decode(bytes, name: name, limits: limits).bytes
        guard !text.isEmpty, let root = try MarkupTree.html(text, part: name, limits: limits).root else {
          continue
        }
        assembler.startPage(name: names[name])
        try HTMLText.append(root, to: assembler, as: .chapter)
      } catch  where error.code != .tooLarge {
        assembler.notes.append(ReadingNote("the chapter '\(name)' can't be read: \(error.message)"))
      }
    }
    let (title, metadata) = Self.describe(package)
    return try assembler.finish(
      format: .epub, title: title ?? assembler.firstText(of: .heading, level: 1), metadata: metadata,
      emptyMessage: "the book has no text; pictures of pages need OCR first")
  }

  /// The chapters' names in the table of contents, by the file that each begins in.
  private static func names(
    _ spine: EPUBSpine, folder: String, _ tree: (String) throws(DocumentError) -> XMLNode?
  ) throws(DocumentError) -> [String: String] {
    var names: [String: String] = [:]
    for reference in spine.contentsFiles {
      let path = OfficePackage.resolve(reference, from: folder)
      guard let root = try tree(path) else { continue }
      let base = OfficePackage.folder(of: path)
      func gather(_ node: XMLNode) {
        for child in node.elements {
          var target: String?
          var label: String?
          if child.name == "navPoint" {
            target = child.first("content")?.attribute("src")
            label = child.first("navLabel")?.text
          } else if child.name == "a" {
            target = child.attribute("href")
            label = child.text
          }
          if let file = target?.split(separator: "#").first, let label = label.flatMap(TextAssembler.oneLine)
          {
            let name = OfficePackage.resolve(String(file), from: base)
            if names[name] == nil { names[name] = label }
          }
          gather(child)
        }
      }
      gather(root)
      if !names.isEmpty { break }
    }
    return names
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
