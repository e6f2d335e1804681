import Documents
import TestSupport
import Testing

/// Damage to text formats ends in a document that keeps the rules or in an error, never in a crash or a hang.
@Suite struct DamagedMarkupTests {
  private static let seeds: [(name: String, text: String)] = [
    (
      "a.rst",
      "=====\nTitle\n=====\n\n.. note:: A *b* `c <d>`_ |e|\n\n+---+---+\n| a | b |\n+===+===+\n| c | d |\n|   +---+\n|   | e |\n+---+---+\n\n==  ==\na   b\n==  ==\n1   2\n==  ==\n\n- x\n\n  1. y::\n\n       code\n\nterm\n  def\n\n.. list-table::\n\n   * - a\n     - b\n\n.. csv-table::\n   :header: x, y\n\n   \"1\", 2\n\n:f: v\n\n-o  opt\n"
    ),
    (
      "a.adoc",
      "= T\nA <b@c.d>\n:x: y\n\n== S\n\n[cols=\"1,2\"]\n|===\n|a 2+|b\n\n.2+|c|d\n|===\n\n* a\n** b\n+\n----\ncode\n----\n\nt:: d\n\n[NOTE]\n====\n{x} *b* _i_ `c` link:u[t] footnote:[n] ^2^ <<i,r>>\n====\n\n|===\n"
    ),
    (
      "a.org",
      "#+TITLE: T\n* H :t:\n:PROPERTIES:\n:A: b\n:END:\n| a | b |\n|---+---|\n| c | d |\n- x\n  - [ ] y :: z\n#+BEGIN_SRC c\nx\n#+END_SRC\n*b* /i/ [[u][t]] [fn:1:x] {{{m(a)}}} x^{2}\n* COMMENT h\n"
    ),
    (
      "a.tex",
      "\\documentclass{a}\\title{T}\\newcommand{\\m}{x \\m}\\begin{document}\\section{S}\\emph{a \\'e} $x$ \\m \\begin{itemize}\\item[a] b\\end{itemize}\\begin{tabular}{ll}\\hline a & \\multicolumn{2}{c}{b}\\\\ \\multirow{2}{*}{c} & d\\\\\\end{tabular}\\verb|x|\\footnote{f}\\cite[a]{b}\\begin{verbatim}v\\end{verbatim}\\end{document}"
    ),
    (
      "a.ipynb",
      "{\"cells\":[{\"cell_type\":\"markdown\",\"source\":[\"# a\\n\",\"b \\u00e9\"]},{\"cell_type\":\"code\",\"source\":\"x\\r\\ny\",\"outputs\":[{\"text\":[\"\\u001b[1ma\\r\\b\"],\"data\":{\"text/html\":\"<table><tr><td>1</table>\",\"image/png\":\"x\"}}]}],\"metadata\":{\"title\":\"t\"}}"
    ),
    ("a.json", "{\"a\":[1,{\"b\":\"c\\u00e9\\n\"},NaN,],/*x*/\"d\":null}"),
    ("a.jsonl", "{\"a\":1}\n{\"b\":[\"\\ud83d\\ude00\"]}\n7\n"),
    ("a.log", "\u{1B}[31mé\u{1B}[0m a\u{08}b 10%\r20%\r\n\u{1B}]0;t\u{07}x\u{9B}1m\n_\u{08}z 日本\n"),
    ("a.py", "def f():\n    é\n\n\nclass C:\n  x\n"),
  ]

  @Test(.timeLimit(.minutes(5)), arguments: seeds.indices) func mutations(of index: Int) throws {
    let (name, text) = Self.seeds[index]
    let seed = UInt64(90_000 + index)
    var generator = SeededGenerator(seed: seed)
    let source = Array(text.utf8)
    let others = Self.seeds.map { Array($0.text.utf8) }
    for round in 0..<1500 {
      let bytes = Self.mutated(source, others, &generator)
      // The reader itself, since the door to all of them traps where a rule is broken.
      let reader = try #require(Self.reader(name))
      guard let document = try? reader.read(SourceFile(name: name, bytes: bytes), limits: ReadingLimits())
      else {
        continue
      }
      let violation = document.invariantViolation()
      #expect(
        violation == nil,
        "seed \(seed) round \(round) of \(name): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      if violation != nil { return }
      guard let map = document.places.sourceMap else { continue }
      for block in document.blocks {
        let range = map.sourceRange(block.range)
        #expect(
          range.upperBound <= bytes.count,
          "seed \(seed) round \(round) of \(name): \(range) of \(bytes.count)")
      }
      #expect(DocumentPlaces(encoded: document.places.encoded) == document.places)
    }
  }

  private static func reader(_ name: String) -> (any DocumentReader)? {
    switch name {
    case "a.rst": RSTReader()
    case "a.adoc": AsciiDocReader()
    case "a.org": OrgReader()
    case "a.tex": LaTeXReader()
    case "a.ipynb": NotebookReader()
    case "a.json": JSONReader()
    case "a.jsonl": JSONReader(format: .jsonl)
    case "a.log": PlainTextReader()
    case "a.py": SourceCodeReader()
    default: nil
    }
  }

  private static func mutated(
    _ source: [UInt8], _ others: [[UInt8]], _ generator: inout SeededGenerator
  ) -> [UInt8] {
    var bytes = source
    for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
      let at = Int.random(in: 0..<bytes.count, using: &generator)
      let end = min(bytes.count, at + Int.random(in: 1...40, using: &generator))
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.removeSubrange(at..<end)
      case 2:
        bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &generator))
      case 3:
        let marks: [UInt8] = [
          0x0A, 0x0D, 0x1B, 0x08, 0x5C, 0x7B, 0x7D, 0x7C, 0x2B, 0x2D, 0x3D, 0x2A, 0x60, 0x5F, 0x3A, 0x2E,
          0x20, 0x09, 0x00, 0xC3, 0xFF,
        ]
        bytes.insert(marks.randomElement(using: &generator) ?? 0x0A, at: at)
      case 4: bytes.removeSubrange(at...)
      case 5:
        let other = others.randomElement(using: &generator) ?? source
        let start = Int.random(in: 0..<other.count, using: &generator)
        bytes.insert(contentsOf: other[start..<min(other.count, start + 60)], at: at)
      case 6:
        bytes.insert(
          contentsOf: [UInt8](repeating: bytes[at], count: Int.random(in: 1...90, using: &generator)), at: at)
      default: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
    }
    return bytes
  }
}
