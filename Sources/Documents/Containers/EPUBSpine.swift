/// The chapters of a book in reading order, without those that only list them.
struct EPUBSpine {
  /// References of the chapters' files.
  private(set) var chapters: [String] = []
  /// References of files that hold the table of contents: EPUB 3's first, EPUB 2's behind it.
  private(set) var contentsFiles: [String] = []
  /// How many files of the spine are the table of contents.
  private(set) var contents = 0

  /// - Complexity: O(entries).
  init(_ package: XMLNode) {
    var references: [String: String] = [:]
    var navigation: Set<String> = []
    var oldContents: [String] = []
    for item in package.first("manifest")?.elements("item") ?? [] {
      guard let id = item.attribute("id"), let reference = item.attribute("href") else { continue }
      let isContents = item.attribute("properties")?.split(separator: " ").contains("nav") ?? false
      let type = item.attribute("media-type") ?? ""
      if type == "application/x-dtbncx+xml" { oldContents.append(reference) }
      if isContents { contentsFiles.append(reference) }
      if type.isEmpty || type.contains("html") || type.contains("oeb1") {
        let file = reference.split(separator: "#").first.map(String.init)
        references[id] = file
        if isContents, let file { navigation.insert(file) }
      }
    }
    for entry in package.first("guide")?.elements("reference") ?? [] where entry.attribute("type") == "toc" {
      if let file = entry.attribute("href")?.split(separator: "#").first { navigation.insert(String(file)) }
    }
    // A spine that names one chapter again and again would multiply the text.
    var seen: Set<String> = []
    for item in package.first("spine")?.elements("itemref") ?? [] {
      guard let id = item.attribute("idref"), seen.insert(id).inserted, let reference = references[id] else {
        continue
      }
      if navigation.contains(reference) { contents += 1 } else { chapters.append(reference) }
    }
    // A book whose only file is called its contents has its text there.
    if chapters.isEmpty {
      chapters = Array(navigation).sorted()
      contents = 0
    }
    contentsFiles += oldContents
  }
}
