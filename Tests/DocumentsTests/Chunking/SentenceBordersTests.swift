import Documents
import TestSupport
import Testing

@Suite struct SentenceBordersTests {
  private func split(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return SentenceBorders.split(0..<bytes.count, in: bytes).map {
      String(decoding: bytes[$0], as: UTF8.self)
    }
  }

  /// `¦` marks where a sentence ends.
  static let marked: [String] = [
    "One is here.¦ Two is there!¦ Is three?¦ Four",
    "Pi is 3.14 and e is 2.71.¦ Version 1.2.3 came later.",
    "Dr. Smith met Mr. J. R. Jones vs. Prof. Lee.¦ They talked.",
    "See Fig. 3 and e.g. Section 4, i.e. the next.¦ Done.",
    "He said “Stop.”¦ Then he left.¦ (Really.)¦ End",
    "日本語の文です。¦次の文です！¦「そうですか？」¦はい。",
    "Wait... what is it? no answer¦\n\nNew paragraph¦\n \nwith a break",
    "1. First thing.¦\n2. Second thing.",
    "It was in 1999.¦ Then came 2000.",
    "Das gilt z.B. für Nr. 5 bzw. 6.¦ Ende.",
    "हम आए।¦ वे गए।",
    "Really?!¦ Yes…¦ No",
    "No full stop at all",
    "",
  ]

  @Test(arguments: marked)
  func sentences(marked: String) {
    let expected = marked.split(separator: "¦").map { $0.split(separator: "\n").joined(separator: "\n") }
    let text = marked.split(separator: "¦").joined()
    #expect(split(text) == expected.map { String($0.drop { $0.isWhitespace }) })
  }

  @Test func everythingButBlanksIsKept() {
    let pieces = ["a", "B", ".", "!", " ", "\n", "\n\n", "。", "\"", ")", "Dr", "3", "é", "…", "\t"]
    let seed: UInt64 = 11
    var generator = SeededGenerator(seed: seed)
    for round in 0..<2000 {
      let text = (0..<Int.random(in: 0...25, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }.joined()
      let joined = split(text).joined().filter { !$0.isWhitespace }
      #expect(
        joined == text.filter { !$0.isWhitespace }, "seed \(seed) round \(round): \(text.debugDescription)")
    }
  }
}
