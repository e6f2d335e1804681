/// The files that a message carries: decoded, named, each name once.
struct EmailAttachments {
  private(set) var files: [SourceFile] = []
  private var taken: Set<[UInt8]> = []
  private var unnamed = 0

  /// Longest name, UTF-8 bytes.
  private static let longestName = 150

  var names: [String] { files.map(\.name) }

  /// Adds a file under `name`, or under one made from its type.
  ///
  /// - Returns: the name it got.
  @discardableResult
  mutating func add(_ bytes: [UInt8], name: String?, type: String) -> String {
    var wanted = name.flatMap(Self.safe) ?? ""
    let ending = Self.endings[type]
    if wanted.isEmpty {
      unnamed += 1
      wanted = "attachment \(unnamed)" + (ending.map { ".\($0)" } ?? "")
    } else if let ending, Self.ending(of: wanted) == nil {
      wanted += ".\(ending)"
    }
    let unique = self.unique(wanted)
    files.append(SourceFile(name: unique, bytes: bytes))
    return unique
  }

  /// `name` with a number before its ending where another file has it.
  private mutating func unique(_ name: String) -> String {
    func key(_ name: String) -> [UInt8] { name.utf8.map { ASCII.lowercased($0) } }
    if taken.insert(key(name)).inserted { return name }
    let ending = Self.ending(of: name).map { ".\($0)" } ?? ""
    let stem = String(name.dropLast(ending.count))
    var number = 2
    while !taken.insert(key("\(stem) (\(number))\(ending)")).inserted { number += 1 }
    return "\(stem) (\(number))\(ending)"
  }

  /// A name without folders and signs that file systems do not take, or `nil` if nothing is left.
  static func safe(_ name: String) -> String? {
    let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
    guard var line = TextAssembler.oneLine(last) else { return nil }
    while line.hasPrefix(".") { line.removeFirst() }
    guard line.utf8.count > longestName else { return line.isEmpty ? nil : line }
    let ending = self.ending(of: line).map { ".\($0)" } ?? ""
    return cut(String(line.dropLast(ending.count)), to: longestName - ending.utf8.count) + ending
  }

  /// The start of `text` of at most `count` bytes, whole characters.
  static func cut(_ text: String, to count: Int) -> String {
    guard text.utf8.count > count else { return text }
    var out = ""
    var used = 0
    for character in text {
      used += character.utf8.count
      if used > count { break }
      out.append(character)
    }
    while out.last == " " { out.removeLast() }
    return out
  }

  private static func ending(of name: String) -> Substring? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count > 1, let last = parts.last, (1...8).contains(last.utf8.count), !last.contains(" ")
    else { return nil }
    return last
  }

  /// File name endings of media types that readers know.
  private static let endings: [String: String] = [
    "application/pdf": "pdf", "text/html": "html", "text/plain": "txt", "text/csv": "csv",
    "text/calendar": "ics",
    "text/vcard": "vcf", "text/x-vcard": "vcf", "text/directory": "vcf", "text/markdown": "md",
    "text/rtf": "rtf",
    "application/rtf": "rtf", "application/json": "json", "message/rfc822": "eml",
    "application/epub+zip": "epub",
    "application/msword": "doc", "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt", "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp", "image/png": "png", "image/jpeg": "jpg",
    "image/tiff": "tif",
    "image/gif": "gif", "application/zip": "zip", "text/xml": "xml", "application/xml": "xml",
    "application/vnd.ms-outlook": "msg",
  ]
}
