import Storage
import TestSupport
import Testing

@Suite struct DocumentPathTests {
  @Test(
    arguments: [
      (Array("docs/a.txt".utf8), "docs/a.txt"), (Array("Grüße".utf8), "Grüße"), ([0x61, 0xFF], "a\\xFF"),
      (Array("a\\xFF".utf8), "a\\x5CxFF"), (Array("a\\xff".utf8), "a\\xff"), (Array("a\\b".utf8), "a\\b"),
      ([0x5C, 0xFF], "\\\\xFF"), ([0x0A, 0x7F], "\\x0A\\x7F"), ([0xC3], "\\xC3"),
      ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
      ([0xE2, 0x82], "\\xE2\\x82"), ([0xC0, 0xAF], "\\xC0\\xAF"),
      ([0xF4, 0x90, 0x80, 0x80], "\\xF4\\x90\\x80\\x80"),
      (Array("\u{1F600}".utf8), "\u{1F600}"),
    ] as [([UInt8], String)])
  func namesAreShown(bytes: [UInt8], text: String) {
    let path = DocumentPath(fileBytes: bytes)
    #expect(Array(path.text.utf8) == Array(text.utf8))
    #expect(path.fileBytes == bytes)
  }

  @Test func differentNamesHaveDifferentTexts() {
    var generator = SeededGenerator(seed: 7)
    let alphabet: [UInt8] = [0x5C, 0x78, 0x46, 0x35, 0x43, 0xFF, 0xC3, 0xA9, 0x61, 0x0A]
    var texts: [DocumentPath: [UInt8]] = [:]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
      let path = DocumentPath(fileBytes: bytes)
      #expect(path.fileBytes == bytes)
      if let other = texts[path] { #expect(other == bytes) }
      texts[path] = bytes
    }
    #expect(texts.count > 10_000)
  }

  @Test func equalityIsThatOfBytes() {
    let composed = DocumentPath("caf\u{E9}")
    let decomposed = DocumentPath("cafe\u{301}")
    #expect("caf\u{E9}" == "cafe\u{301}" && composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(decomposed < composed)
  }

  @Test(
    arguments: [
      ("/a/b/c", "/a/b", "c"), ("/a/b", "/a/b", ""), ("/a/bc", "/a/b", nil), ("/a", "/", "a"), ("/", "/", ""),
      ("a/b", "", "a/b"), ("caf\u{E9}/x", "cafe\u{301}", nil), ("a/\u{301}b", "a", "\u{301}b"),
      ("/b", "/a", nil),
    ] as [(String, String, String?)])
  func paths(path: String, folder: String, relative: String?) {
    #expect(DocumentPath(path).relative(to: DocumentPath(folder)) == relative.map { DocumentPath($0) })
    #expect(DocumentPath(path).isWithin(DocumentPath(folder)) == (relative != nil))
  }

  @Test func partsAreFoundByBytes() {
    #expect(DocumentPath("a/\u{301}b").name == DocumentPath("\u{301}b"))
    #expect(DocumentPath("a/\u{301}b").parent == "a")
    #expect(
      DocumentPath("/a").parent == "/" && DocumentPath("/").parent == nil && DocumentPath("a").parent == nil)
    #expect(DocumentPath("/").appending("a") == "/a" && DocumentPath("").appending("a") == "a")
    #expect(DocumentPath("a").appending("") == "a")
  }
}
