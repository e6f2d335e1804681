import Documents
import Testing

@Suite struct BEIRReaderTests {
  @Test func recordsAndErrors() throws {
    let corpus = """
      {"_id": "d1", "title": "T", "text": "One.\\n\\nTwo.", "metadata": {"url": ["x"]}}

      {"_id": 7, "text": "no title"}
      {"title": "no id", "text": "x"}
      not json
      {"_id": "d3", "title": "é", "text": ""}
      {"_id": "d4", "title": ""}
      {"_id": "d5", "title": "last", "text": "end"} x
      """
    var reader = BEIRReader(bytes: [0xEF, 0xBB, 0xBF] + Array(corpus.utf8))
    var seen: [String] = []
    while true {
      do {
        guard let record = try reader.next() else { break }
        seen.append("\(reader.line) \(record.id)|\(record.title)|\(record.text)")
      } catch {
        #expect(error.message.hasPrefix("line \(reader.line): "), "\(error.message)")
        seen.append("\(reader.line) \(error.code.rawValue)")
      }
    }
    #expect(
      seen == [
        "1 d1|T|One.\n\nTwo.", "3 7||no title", "4 malformed", "5 malformed", "6 d3|é|", "7 malformed",
        "8 malformed",
      ])
  }

  @Test func brokenLineIsOneFailure() throws {
    var reader = BEIRReader(
      bytes: Array("{\"_id\":\"".utf8) + [0xFF]
        + Array("\",\"text\":\"\"}\n{\"_id\":\"b\",\"text\":\"t\"}".utf8))
    #expect(throws: DocumentError.self) { try reader.next() }
    #expect(try reader.next()?.id == "b")
    #expect(try reader.next() == nil)
  }

  @Test func documents() throws {
    let document = try BEIRReader.document(title: " A\n title ", text: "One\u{0}.\r\n\r\nTwo\nlines.\n")
    #expect(document.invariantViolation() == nil)
    #expect(document.title == "A title")
    #expect(outline(document) == ["paragraph|One\u{FFFD}.", "paragraph|Two\nlines."])
    let titled = try BEIRReader.document(title: "Only title", text: " ")
    #expect(titled.title == nil && titled.text == "Only title")
    #expect(throws: DocumentError.self) { try BEIRReader.document(title: "", text: "\n") }
  }
}
