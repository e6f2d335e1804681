import Embeddings
import Foundation
import TestSupport
import Testing

struct WordPieceTokenizerTests {
  /// All of 10,000 strings that the reference tokenizer saw: scripts, marks, controls, emoji, any scalars at all.
  @Test func equalsReference() throws {
    let tokenizer = try ModelDirectory(path: InstalledModel.require()).tokenizer()
    let bytes = [UInt8](try Fixture.data("tokens.bin"))
    func number(_ at: Int, _ size: Int) -> UInt64 {
      (0..<size).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
    }
    let count = Int(number(0, 4))
    #expect(count == 10_000)
    var text = 4 + 12 * count
    var wrong: [String] = []
    for index in 0..<count {
      let entry = 4 + 12 * index
      let length = Int(number(entry, 2))
      let string = String(decoding: bytes[text..<text + length], as: UTF8.self)
      text += length
      let ids = tokenizer.encode(string, limit: .max)
      let counted = tokenizer.count(string[...])
      if ids.count != Int(number(entry + 2, 2)) || hash(ids) != number(entry + 4, 8)
        || counted != ids.count - 2
      {
        wrong.append(
          string.debugDescription + " \(string.unicodeScalars.map { String($0.value, radix: 16) }) \(ids)")
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) differ, such as \(wrong.prefix(5).joined(separator: "\n"))")
  }

  /// FNV-1a over the ids as four little-endian bytes each.
  private func hash(_ ids: [Int32]) -> UInt64 {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for id in ids {
      for shift in stride(from: 0, to: 32, by: 8) {
        value = (value ^ UInt64(UInt32(bitPattern: id) >> UInt32(shift) & 0xFF)) &* 0x100_0000_01B3
      }
    }
    return value
  }

  private static let tokens = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##a", "##b", "##ab", "ab", ".", "É", "e", "é",
    "中", "A",
    "##B",
  ]

  private func ids(_ text: String, lowercase: Bool = true, strip: Bool? = nil, limit: Int = .max) throws
    -> [Int32]
  {
    let vocabulary = try WordPieceVocabulary(vocabulary: Array(Self.tokens.joined(separator: "\n").utf8))
    let tokenizer = try WordPieceTokenizer(vocabulary: vocabulary, lowercase: lowercase, stripAccents: strip)
    return tokenizer.encode(text, limit: limit)
  }

  @Test(
    arguments: [
      ("", []), ("a", [5]), ("ab", [10]), ("aab", [5, 9]), ("aba", [10, 7]), ("bab", [6, 9]), ("abc", [1]),
      ("a.b", [5, 11, 6]), ("A", [5]), ("É", [13]), ("e\u{301}", [13]), ("a中b", [5, 15, 6]),
      ("a\u{0}b", [10]),
      ("a\u{200D}b", [10]), ("a\u{3000}b", [5, 6]), ("[SEP]", [3]), ("a[SEP]b", [5, 3, 6]),
      ("[sep]", [1, 1, 1]),
      ("[[MASK]]", [1, 4, 1]), ("[SE", [1, 1]), ("  a  ", [5]),
    ] as [(String, [Int32])]) func lowercased(text: String, wanted: [Int32]) throws
  {
    #expect(try ids(text) == [2] + wanted + [3])
  }

  @Test func casedModelsKeepCaseAndAccents() throws {
    #expect(try ids("A a É é AB", lowercase: false) == [2, 16, 5, 12, 14, 16, 17, 3])
    #expect(try ids("É", lowercase: false, strip: true) == [2, 1, 3])
    #expect(try ids("É", lowercase: true, strip: false) == [2, 14, 3])
  }

  @Test func longWordsAreUnknown() throws {
    #expect(try ids(String(repeating: "a", count: 100)) == [2, 5] + Array(repeating: 7, count: 99) + [3])
    #expect(try ids(String(repeating: "a", count: 101)) == [2, 1, 3])
  }

  @Test(arguments: 2...12) func limitCutsTheEnd(limit: Int) throws {
    let all = try ids("a b a b a [SEP] b.")
    let cut = try ids("a b a b a [SEP] b.", limit: limit)
    #expect(cut == Array(all.dropLast().prefix(limit - 1)) + [3])
  }

  @Test func vocabularyNeedsItsSpecialTokens() throws {
    let error = #expect(throws: EmbeddingError.self) {
      let vocabulary = try WordPieceVocabulary(vocabulary: Array("[PAD]\n[UNK]\n[CLS]\na".utf8))
      _ = try WordPieceTokenizer(vocabulary: vocabulary, lowercase: true)
    }
    #expect(error?.code == .modelInvalid)
    #expect(error?.message.contains("[SEP]") == true)
    #expect(throws: EmbeddingError.self) { try WordPieceVocabulary(vocabulary: []) }
    #expect(throws: EmbeddingError.self) { try WordPieceVocabulary(vocabulary: [0xFF, 0xFE]) }
  }

  /// Every token of a random vocabulary is found, and nothing else.
  @Test func vocabularyHoldsItsTokens() throws {
    for seed: UInt64 in 1...5 {
      var generator = SeededGenerator(seed: seed)
      var tokens: Set<String> = []
      while tokens.count < 2000 {
        let length = Int.random(in: 1...6, using: &generator)
        tokens.insert(String((0..<length).map { _ in "abcdéß中😀#"[Int.random(in: 0..<9, using: &generator)] }))
      }
      let ordered = tokens.sorted()
      let vocabulary = try WordPieceVocabulary(vocabulary: Array(ordered.joined(separator: "\r\n").utf8))
      #expect(vocabulary.count == ordered.count)
      for (index, token) in ordered.enumerated() {
        #expect(vocabulary.id(of: token) == Int32(index), "seed \(seed), \(token)")
        if !tokens.contains(token + "a") { #expect(vocabulary.id(of: token + "a") == nil) }
      }
    }
  }
}

extension String {
  fileprivate subscript(index: Int) -> Character { self[self.index(startIndex, offsetBy: index)] }
}
