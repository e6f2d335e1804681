/// An Office file (OPC package): parts in a ZIP archive that point at each other through relationships.
///
/// - Source: ECMA-376 part 2, sections 6 and 8.
final class OfficePackage {
  struct Relationship {
    var id: String
    /// The last part of the type's URL, such as `officeDocument`; transitional and strict files agree on it.
    var type: String
    /// Name of the part it points at; for an external one, the URL as written.
    var target: String
    var isExternal: Bool
  }

  private let zip: ZipContainer
  private let limits: ReadingLimits

  /// - Parameter application: what saves such files, for messages.
  /// - Throws: `.encrypted` and `.unsupportedFormat` for what is really an OLE file; `ZipContainer`'s errors.
  init(_ source: SourceFile, limits: ReadingLimits, application: String) throws(DocumentError) {
    try source.admit(under: limits)
    if source.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
      let marker = "EncryptedPackage".utf8.flatMap { byte -> [UInt8] in [byte, 0] }
      guard Self.contains(marker, in: source.bytes) else {
        throw DocumentError(
          .unsupportedFormat, "the file is in the old binary format of \(application); save it in the new one"
        )
      }
      throw DocumentError(
        .encrypted, "the file is locked with a password; open it in \(application), remove the password, save"
      )
    }
    zip = try ZipContainer(source.bytes, limits: limits)
    self.limits = limits
  }

  /// The unpacked bytes of part `name`, or `nil` if the package has no such part.
  func bytes(_ name: String) throws(DocumentError) -> [UInt8]? { try zip.entry(name) }

  /// The tree of part `name`, or `nil` if the package has no such part.
  func tree(_ name: String) throws(DocumentError) -> MarkupTree? {
    guard let bytes = try zip.entry(name) else { return nil }
    return try MarkupTree.xml(bytes, part: name, limits: limits)
  }

  /// Streams part `name` to `handler`; does nothing if there is no such part.
  func stream(_ name: String, to handler: any XMLStreamHandler) throws(DocumentError) {
    guard let bytes = try zip.entry(name) else { return }
    try XMLStream.read(bytes, part: name, limits: limits, handler: handler)
  }

  /// The root element of the package's main part, and that part's name.
  ///
  /// - Throws: `.malformed` when there is none, or its root is not called `element`.
  func main(element: String, application: String) throws(DocumentError) -> (name: String, root: XMLNode) {
    let found = try relationships(of: "").first { $0.type == "officeDocument" && !$0.isExternal }
    guard let name = found?.target, let root = try tree(name)?.root, root.name == element else {
      throw DocumentError(
        .malformed,
        "the archive holds no \(application) document; check the file's extension or save it again")
    }
    return (name, root)
  }

  /// The relationships of part `name`, in file order; those of the package for `""`.
  func relationships(of name: String) throws(DocumentError) -> [Relationship] {
    let folder = Self.folder(of: name)
    let file = name.split(separator: "/").last.map(String.init) ?? ""
    guard let root = try tree("\(folder)_rels/\(file).rels")?.root else { return [] }
    return root.elements("Relationship").compactMap { node in
      guard let id = node.attribute("Id"), let type = node.attribute("Type"),
        let target = node.attribute("Target")
      else { return nil }
      let isExternal = node.attribute("TargetMode") == "External"
      return Relationship(
        id: id, type: type.split(separator: "/").last.map(String.init) ?? type,
        target: isExternal ? target : Self.resolve(target, from: folder), isExternal: isExternal)
    }
  }

  /// Title and metadata of the core properties.
  func properties() throws(DocumentError) -> (title: String?, metadata: [String: MetadataValue]) {
    let relation = try relationships(of: "").first { $0.type == "core-properties" }
    guard let root = try tree(relation?.target ?? "docProps/core.xml")?.root else { return (nil, [:]) }
    var metadata: [String: MetadataValue] = [:]
    func value(_ name: String) -> String? { root.first(name).flatMap { TextAssembler.oneLine($0.text) } }
    if let author = value("creator") { metadata["author"] = .string(author) }
    if let text = value("description") { metadata["description"] = .string(text) }
    if let text = value("subject") { metadata["subject"] = .string(text) }
    if let text = value("language") { metadata["language"] = .string(text) }
    if let date = value("created").flatMap(DateText.iso8601) { metadata["date"] = .string(date) }
    if let date = value("modified").flatMap(DateText.iso8601) { metadata["modified"] = .string(date) }
    if let words = value("keywords") {
      let list = words.split { $0 == "," || $0 == ";" }.compactMap { TextAssembler.oneLine(String($0)) }
      if !list.isEmpty { metadata["keywords"] = .list(list) }
    }
    return (value("title"), metadata)
  }

  /// `a/b/` of `a/b/c`.
  static func folder(of name: String) -> String {
    guard let slash = name.lastIndex(of: "/") else { return "" }
    return String(name[...slash])
  }

  /// The part that `target` names, seen from `folder`; `..` never leads above the package.
  static func resolve(_ target: String, from folder: String) -> String {
    let path = target.hasPrefix("/") ? target : folder + target
    var parts: [String] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(percentDecoded(String(part))) }
    }
    return parts.joined(separator: "/")
  }

  private static func percentDecoded(_ string: String) -> String {
    guard string.utf8.contains(0x25) else { return string }
    return String(decoding: PercentText.decode(Array(string.utf8)), as: UTF8.self)
  }

  private static func contains(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
    guard bytes.count >= needle.count else { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      (0...(bytes.count - needle.count)).contains { start in
        bytes[start] == needle[0] && needle.indices.allSatisfy { bytes[start + $0] == needle[$0] }
      }
    }
  }
}
