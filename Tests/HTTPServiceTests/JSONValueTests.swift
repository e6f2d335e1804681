import Foundation
import HTTPService
import TestSupport
import Testing

@Suite struct JSONValueTests {
  @Test(arguments: [
    ("null", "null"), (" true ", "true"), ("1", "1"), ("-0", "0"), ("1.0", "1"), ("1e3", "1000"),
    ("2.5", "2.5"),
    ("9223372036854775807", "9223372036854775807"), ("9223372036854775808", "9.223372036854776e+18"),
    ("\"a\\n\\u00e9\\ud83d\\ude00\"", "\"a\\n\u{e9}\u{1F600}\""), ("[]", "[]"), ("{}", "{}"),
    ("[1, [true, null], {\"b\": 1, \"a\": \"x\"}]", "[1,[true,null],{\"b\":1,\"a\":\"x\"}]"),
    ("{\"a\": \",]\", \"b\": \"\\\"[\"}", "{\"a\":\",]\",\"b\":\"\\\"[\"}"),
    ("[0.1, 1e-7, 123456.789]", "[0.1,1e-07,123456.789]"),
  ])
  func whatIsRead(text: String, value: String) {
    #expect(JSONValue(parsing: text.utf8)?.description == value)
  }

  @Test(arguments: [
    "", " ", "nul", "01", "1.", "+1", ".5", "NaN", "Infinity", "1e400", "'a'", "\"a", "\"a\tb\"", "\"\\x\"",
    "\"\\ud800\"", "[1",
    "[1,]", "[1, \n]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "[1] x", "[1]]", "{\"a\":}", "[,1]", "// x\n1",
    "\u{0}[1]",
  ])
  func whatIsRefused(text: String) {
    #expect(JSONValue(parsing: text.utf8) == nil, "\(text)")
  }

  @Test func otherEncodingsAndDeepNestingAreRefused() throws {
    for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf32] {
      #expect(JSONValue(parsing: try #require("[1]".data(using: encoding))) == nil)
    }
    #expect(JSONValue(parsing: [0x22, 0xFF, 0x22]) == nil)
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(JSONValue(parsing: nested(64).utf8) != nil)
    #expect(JSONValue(parsing: nested(65).utf8) == nil)
    #expect(JSONValue(parsing: nested(1_000_000).utf8) == nil)
    #expect(JSONValue(parsing: String(repeating: "[", count: 1_000_000).utf8) == nil)
  }

  /// What is written is read as it was.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func thereAndBack(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    func value(_ depth: Int) -> JSONValue {
      switch Int.random(in: 0..<(depth > 4 ? 5 : 7), using: &generator) {
      case 0: .null
      case 1: .bool(Bool.random(using: &generator))
      case 2: .integer(Int.random(in: .min ... .max, using: &generator))
      case 3: .number(Double.random(in: -1e9...1e9, using: &generator))
      case 4:
        .string(
          String(
            String.UnicodeScalarView(
              (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                Unicode.Scalar(UInt32.random(in: 1...0xD7FF, using: &generator)) ?? "x"
              })))
      case 5: .array((0..<Int.random(in: 0...4, using: &generator)).map { _ in value(depth + 1) })
      default:
        .object((0..<Int.random(in: 0...4, using: &generator)).map { ("m\($0)", value(depth + 1)) })
      }
    }
    for _ in 0..<50 {
      let written = value(0)
      #expect(JSONValue(parsing: written.bytes)?.description == written.description)
    }
  }
}
