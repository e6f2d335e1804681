/// An OpenDocument file: a ZIP archive of parts, or one XML file with all of them.
///
/// - Source: OASIS OpenDocument 1.3, parts 2 (packages) and 3 (schema).
final class ODFPackage {
  private let zip: ZipContainer?
  private let limits: ReadingLimits
  /// The root of the content, `document-content` or `document`.
  let content: XMLNode
  /// The root of the styles, the same as `content` in a flat file.
  let styles: XMLNode?
  private let information: XMLNode?

  /// - Throws: `.encrypted` for a file with a password, `.malformed` for one without content.
  init(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) {
    try source.admit(under: limits)
    self.limits = limits
    guard source.starts(with: [0x50, 0x4B]) else {
      guard let root = try MarkupTree.xml(source.bytes, part: source.name, limits: limits).root,
        root.name == "document"
      else {
        throw DocumentError(.malformed, "the file is no OpenDocument file; check its extension")
      }
      zip = nil
      content = root
      styles = root
      information = root.first("meta")
      return
    }
    let zip = try ZipContainer(source.bytes, limits: limits)
    self.zip = zip
    func root(_ name: String) throws(DocumentError) -> XMLNode? {
      guard let bytes = try zip.entry(name) else { return nil }
      return try MarkupTree.xml(bytes, part: name, limits: limits, allowsDocumentType: true).root
    }
    if let manifest = try root("META-INF/manifest.xml"),
      manifest.descendants.contains(where: { $0.name == "encryption-data" })
    {
      throw DocumentError(
        .encrypted, "the file is locked with a password; open it in LibreOffice, remove the password, save")
    }
    guard let content = try root("content.xml") else {
      throw DocumentError(.malformed, "the archive holds no OpenDocument content; check the file's extension")
    }
    self.content = content
    styles = try root("styles.xml")
    information = try root("meta.xml")?.first("meta")
  }

  /// The element of the body called `name`: `text`, `presentation`, `spreadsheet`.
  func body(_ name: String) -> XMLNode? { content.first("body")?.first(name) }

  /// The root of an embedded object's content, by the reference of its `draw:object`.
  ///
  /// - Returns: `nil` where there is none; a flat file holds it inside the element itself.
  func object(_ node: XMLNode) throws(DocumentError) -> XMLNode? {
    if let inside = node.elements.first(where: { $0.name == "document" || $0.name == "math" }) {
      return inside
    }
    guard let zip, let reference = node.attribute("href") else { return nil }
    let name = OfficePackage.resolve(reference, from: "") + "/content.xml"
    guard let bytes = try zip.entry(name) else { return nil }
    return try MarkupTree.xml(bytes, part: name, limits: limits, allowsDocumentType: true).root
  }

  /// Title and metadata that the file names itself.
  func properties() -> (title: String?, metadata: [String: MetadataValue]) {
    information.map(Self.properties) ?? (nil, [:])
  }

  /// Title and metadata of an `office:meta`.
  static func properties(_ information: XMLNode) -> (title: String?, metadata: [String: MetadataValue]) {
    func value(_ name: String) -> String? {
      information.first(name).flatMap { TextAssembler.oneLine($0.text) }
    }
    var metadata: [String: MetadataValue] = [:]
    if let author = value("initial-creator") ?? value("creator") { metadata["author"] = .string(author) }
    for name in ["description", "subject", "language"] {
      if let text = value(name) { metadata[name] = .string(text) }
    }
    if let date = value("creation-date").flatMap(DateText.iso8601) { metadata["date"] = .string(date) }
    if let date = value("date").flatMap(DateText.iso8601) { metadata["modified"] = .string(date) }
    let words = information.elements("keyword").compactMap { TextAssembler.oneLine($0.text) }
      .flatMap { $0.split { $0 == "," || $0 == ";" }.compactMap { TextAssembler.oneLine(String($0)) } }
    if !words.isEmpty { metadata["keywords"] = .list(words) }
    return (value("title"), metadata)
  }
}
