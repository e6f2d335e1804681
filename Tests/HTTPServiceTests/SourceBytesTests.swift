import Documents
import Foundation
import HTTPService
import Testing

/// The bytes of a file that a citation or chunk names are those that its text was read from, in whatever encoding.
@Suite struct SourceBytesTests {
  struct File: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var encoding: String.Encoding
    var head: [UInt8] = []
    var testDescription: String { name }

    var bytes: [UInt8] { head + Array(text.data(using: encoding) ?? Data()) }
  }

  static let lines = [
    "# Übersicht", "", "The hoist of Köln lifts 17 tonnes. Its brake is “dry”.", "",
    "The winch pulls 4 tonnes – and no more.", "",
  ]
  static let files = [
    File(name: "unix.md", text: lines.joined(separator: "\n"), encoding: .utf8),
    File(name: "crlf.txt", text: lines.joined(separator: "\r\n"), encoding: .utf8),
    File(name: "crlf.md", text: lines.joined(separator: "\r\n"), encoding: .utf8),
    File(name: "mac.txt", text: lines.joined(separator: "\r"), encoding: .utf8),
    File(name: "mark.md", text: lines.joined(separator: "\n"), encoding: .utf8, head: [0xEF, 0xBB, 0xBF]),
    File(
      name: "mark-crlf.txt", text: lines.joined(separator: "\r\n"), encoding: .utf8, head: [0xEF, 0xBB, 0xBF]),
    File(
      name: "little.txt", text: (lines + ["The crane 🏗 turns 3 times a day."]).joined(separator: "\r\n"),
      encoding: .utf16LittleEndian, head: [0xFF, 0xFE]),
    File(
      name: "big.md", text: lines.joined(separator: "\n"), encoding: .utf16BigEndian, head: [0xFE, 0xFF]),
    File(name: "windows.txt", text: lines.joined(separator: "\r\n"), encoding: .windowsCP1252),
    File(
      name: "code.py", text: "# Köln\r\n\r\ndef lift(tonnes):\r\n    return tonnes * 17  # hoist\r\n",
      encoding: .utf8),
  ]

  private func unified(_ text: String) -> String {
    text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
  }

  @Test(arguments: files) func bytesOfTheFileAreTheText(_ file: File) async throws {
    let server = try await TestServer([])
    let body = JSONValue.object([
      ("id", .string(file.name)), ("name", .string(file.name)),
      ("content_base64", .string(Data(file.bytes).base64EncodedString())),
    ])
    #expect(try await server.post("/api/v1/documents", body.description).status == 202)
    try await server.service.jobs.runWaiting()
    let text = try #require(try await server.get("/api/v1/documents/" + file.name).text("text"))
    func check(_ value: JSONValue, _ quote: String) throws {
      let range = try CitedPlaceTests.range(value)
      #expect(Array(text.utf8)[range] == Array(quote.utf8)[...])
      guard case .integer(let start)? = value["source_start"], case .integer(let end)? = value["source_end"]
      else {
        Issue.record("no bytes of the file in \(value)")
        return
      }
      let part = String(data: Data(file.bytes[start..<end]), encoding: file.encoding)
      #expect(part.map(unified) == quote, "bytes \(start)-\(end)")
    }
    guard
      case .array(let chunks)? = try await server.get("/api/v1/documents/\(file.name)/chunks").json["chunks"]
    else {
      Issue.record("no chunks")
      return
    }
    #expect(!chunks.isEmpty)
    for chunk in chunks { try check(chunk, chunk["text"]?.text ?? "") }
    for question in ["How many tonnes does the hoist lift?", "What does the winch pull?"] {
      let asked = JSONValue.object([("question", .string(question)), ("threshold", .integer(0))])
      guard case .array(let citations)? = try await server.post("/query", asked.description).json["citations"]
      else {
        continue
      }
      for citation in citations { try check(citation, citation["quote"]?.text ?? "") }
    }
    // Every part of the text, not only what is cited.
    let borders = text.unicodeScalars.indices.map { text.utf8.distance(from: text.startIndex, to: $0) }
    for (low, high) in zip(borders, borders.dropFirst(5)) {
      let place = try await server.get("/api/v1/documents/\(file.name)/place?start=\(low)&end=\(high)")
      try check(place.json, place.text("text") ?? "")
    }
  }
}
