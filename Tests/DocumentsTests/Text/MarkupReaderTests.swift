import Documents
import Testing

/// reStructuredText, AsciiDoc, Org and LaTeX: what of each construct is in the text, and as what.
@Suite struct MarkupReaderTests {
  @Test(arguments: [
    // Titles get levels in the order of their styles.
    (
      "####\nDoc\n####\n\nOne\n===\n\nTwo\n---\n\nThree\n=====\n\ntext",
      ["heading 1|Doc", "heading 2|One", "heading 3|Two", "heading 2|Three", "paragraph|text"]
    ),
    ("日本語\n======\n\n本文", ["heading 1|日本語", "paragraph|本文"]),
    ("para\n\n----------\n\nmore", ["paragraph|para", "paragraph|more"]),
    // Inline marks.
    (
      "A *b* **c** ``d *e*`` :ref:`f <g>` `h <https://i.example>`_ j_ |k| [1]_ \\*l\\* x\\ y __init__",
      ["paragraph|A b c d *e* f h (https://i.example) j k [1] *l* xy __init__"]
    ),
    ("2 * 3 * 4 and *.txt and a_b_c", ["paragraph|2 * 3 * 4 and *.txt and a_b_c"]),
    (".. |v| replace:: 7.2\n\nVersion |v| it is.", ["paragraph|Version 7.2 it is."]),
    // Lists.
    (
      "- a\n  b\n\n  * c\n\n- d", ["listItem 1|- a\nb", "listItem 2|* c", "listItem 1|- d"]
    ),
    (
      "1. one\n2. two\n\n#. auto\n\n(a) x",
      ["listItem 1|1. one", "listItem 1|2. two", "listItem 1|#. auto", "listItem 1|(a) x"]
    ),
    ("term\n    What it *is*.\n\n    More.", ["listItem 1|term\nWhat it is.", "paragraph|More."]),
    (":Author: A. Berg\n:Date: 2020", ["listItem 1|Author: A. Berg", "listItem 1|Date: 2020"]),
    (
      "-a         Output all.\n--long=X   Long\n           more.",
      ["listItem 1|-a  Output all.", "listItem 1|--long=X  Long\nmore."]
    ),
    ("A. Einstein was\na physicist", ["paragraph|A. Einstein was\na physicist"]),
    // Code.
    ("Look::\n\n    if x:\n        y\n\nend", ["paragraph|Look:", "code|if x:\n    y", "paragraph|end"]),
    (">>> 1 + 1\n2\n\nend", ["code|>>> 1 + 1\n2", "paragraph|end"]),
    (".. code-block:: sh\n   :linenos:\n\n   ls -l\n\n   cd", ["code|ls -l\n\ncd"]),
    ("| a\n| *b*", ["paragraph|a\nb"]),
    // Directives.
    (
      ".. warning::\n   Never *open* it.\n\n   Really.",
      ["paragraph|Warning: Never open it.", "paragraph|Really."]
    ),
    (".. note:: short", ["paragraph|Note: short"]),
    (".. versionchanged:: 3.1\n   Faster now.", ["paragraph|Changed in version 3.1\nFaster now."]),
    (
      ".. figure:: a.png\n   :alt: A crane\n\n   The *caption*.",
      ["paragraph|A crane", "paragraph|The caption."]
    ),
    (".. function:: dump(obj, fp)\n\n   Writes it.", ["paragraph|dump(obj, fp)", "paragraph|Writes it."]),
    // Hidden: comments, targets.
    (".. a comment\n   over lines\n\n.. _target: http://x.example\n\nseen", ["paragraph|seen"]),
    ("..\n\n   quoted", ["paragraph|quoted"]),
    (".. [1] The note.", ["paragraph|[1] The note."]),
  ])
  func restructuredText(text: String, expected: [String]) throws {
    let document = try readText("a.rst", text)
    #expect(outline(document) == expected)
    try checkSource(document, text)
  }

  @Test(arguments: [
    // A grid with a cell over two rows and one over two columns.
    (
      """
      +------+-------+-----+
      | Wire | Volts | Use |
      +======+=======+=====+
      | red  | 24    | a   |
      |      +-------+-----+
      |      | 12          |
      +------+-------+-----+
      | blue | 5     | b   |
      |      |       | c   |
      +------+-------+-----+
      """, "Wire | Volts | Use\nred | 24 | a\nred | 12 | 12\nblue | 5 | b c"
    ),
    (
      "=====  =====\nName   Power\n=====  =====\nAlpha  3 kW\nBeta   long\n       text\n=====  =====",
      "Name | Power\nAlpha | 3 kW\nBeta | long text"
    ),
    (
      ".. list-table:: Crew\n   :header-rows: 1\n\n   * - Name\n     - Post\n   * - Ada\n     - *mate*",
      "Name | Post\nAda | mate"
    ),
    (
      ".. csv-table::\n   :header: \"Port\", \"Depth, m\"\n\n   Emden, 12\n   \"Leer, Ems\", 7",
      "Port | Depth, m\nEmden | 12\nLeer, Ems | 7"
    ),
  ])
  func tablesOfRestructuredText(text: String, expected: String) throws {
    let document = try readText("a.rst", text)
    let table = try #require(document.blocks.first { $0.kind == .table })
    #expect(slice(table.range, of: document) == expected)
    let header = try #require(table.header)
    #expect(slice(header, of: document) == expected.split(separator: "\n").first.map(String.init))
    try checkSource(document, text)
  }

  @Test func includesAreNoted() throws {
    let document = try readText("a.rst", "Intro\n\n.. include:: other.rst\n\n.. automodule:: x.y\n")
    #expect(
      document.notes.map(\.note) == [
        "left out: 'other.rst', which the file includes; ingest that file by itself (line 3)",
        "left out: what the directive 'automodule' makes from source code (line 5)",
      ])
  }

  @Test(arguments: [
    (
      "= Doc\nAnna Berg <a@b.example>\n:x: y\n\n== One\ntext {x}",
      ["heading 1|Doc", "paragraph|Anna Berg <a@b.example>", "heading 2|One", "paragraph|text y"]
    ),
    (
      "NAME\n----\ntool - does it\n\nSub\n~~~\nx",
      ["heading 2|NAME", "paragraph|tool - does it", "heading 3|Sub", "paragraph|x"]
    ),
    (
      "*b* _i_ `c` +d+ x*y*z **u**v H~2~O 10^6^ <<id,see>> link:a[b] https://c.example[d] kbd:[F1]",
      ["paragraph|b i c d x*y*z uv H₂O 10⁶ see b d (https://c.example) F1"]
    ),
    ("snake_case_name and 2 * 3 * 4", ["paragraph|snake_case_name and 2 * 3 * 4"]),
    (
      "* a\n** b\n* c\ngoes on\n+\nattached",
      ["listItem 1|* a", "listItem 2|** b", "listItem 1|* c\ngoes on", "paragraph|attached"]
    ),
    (". one\n. two", ["listItem 1|. one", "listItem 1|. two"]),
    (
      "-n::\n--dry-run::\n\tDo *nothing*.\n\nnext:: same line",
      ["listItem 1|-n\n--dry-run\nDo nothing.", "listItem 1|next\nsame line"]
    ),
    ("[source,sh]\n----\nls *\n----", ["code|ls *"]),
    (" literal\n   code\n\ntext", ["code|literal\n  code", "paragraph|text"]),
    ("WARNING: Hot.", ["paragraph|WARNING: Hot."]),
    ("[NOTE]\n====\nA *b*.\n\nC.\n====", ["paragraph|Note: A b.", "paragraph|C."]),
    ("[quote, Ann]\n____\nSo it is.\n____", ["quote|So it is."]),
    ("// hidden\n////\nhidden\n////\nseen\n// hidden\ntoo", ["paragraph|seen\ntoo"]),
    (".Title\nimage::a.png[A crane]", ["paragraph|Title", "paragraph|A crane"]),
    ("linkgit:git-log[1] footnote:[small] ((term)) (((a,b)))end", ["paragraph|git-log(1)  (small) term end"]),
  ])
  func asciiDoc(text: String, expected: [String]) throws {
    let document = try readText("a.adoc", text)
    #expect(outline(document) == expected)
    try checkSource(document, text)
  }

  @Test(arguments: [
    (
      "[options=\"header\"]\n|===\n|Wind |Ladder\n|5 |port\n|8 |none\n|===",
      "Wind | Ladder\n5 | port\n8 | none"
    ),
    ("|===\n|A |B\n\n|1\n|2\n\n|3 |4\n|===", "A | B\n1 | 2\n3 | 4"),
    (
      "[cols=\"1,1,1\",options=\"header\"]\n|===\n|A|B|C\n2+|wide|x\n.2+|tall|y|z\n|p|q\n|===",
      "A | B | C\nwide | wide | x\ntall | y | z\ntall | p | q"
    ),
    ("[%header,format=csv]\n|===\nA,B\n\"x, y\",2\n|===", "A | B\nx, y | 2"),
  ])
  func tablesOfAsciiDoc(text: String, expected: String) throws {
    let document = try readText("a.adoc", text)
    let table = try #require(document.blocks.first { $0.kind == .table })
    #expect(slice(table.range, of: document) == expected)
    #expect(table.header != nil)
    try checkSource(document, text)
  }

  @Test(arguments: [
    (
      "#+TITLE: Yard\n* One :tag:\n** TODO [#A] Two\ntext",
      ["heading 1|Yard", "heading 2|One", "heading 3|TODO Two", "paragraph|text"]
    ),
    ("* COMMENT hidden\ninside\n** too\n* seen\ntext", ["heading 1|seen", "paragraph|text"]),
    (
      "*b* /i/ _u_ =c= ~d~ +s+ [[https://x.example][e]] [[f]] a*b*c",
      ["paragraph|b i u c d s e (https://x.example) f a*b*c"]
    ),
    (
      "- a\n  more\n  1. b\n- [ ] c\n- t :: d",
      ["listItem 1|- a\nmore", "listItem 2|1. b", "listItem 1|- [ ] c", "listItem 1|- t :: d"]
    ),
    (
      "#+BEGIN_SRC sh\n  ls\n#+END_SRC\n#+begin_quote\nq\n#+end_quote\n: fixed",
      ["code|ls", "quote|q", "code|fixed"]
    ),
    (
      "# hidden\n:PROPERTIES:\n:ID: 7\n:END:\nseen\n-----\n#+STARTUP: x\nalso",
      ["paragraph|seen", "paragraph|also"]
    ),
    (
      "| Part | Count |\n|------+-------|\n| Rail | 4 |\n| Cart | |\n#+TBLFM: $2=1",
      ["table|Part | Count\nRail | 4\nCart"]
    ),
    ("x^{2} H_{2}O [fn:1] [fn:: aside]", ["paragraph|x² H₂O [fn:1]  ( aside)"]),
  ])
  func org(text: String, expected: [String]) throws {
    let document = try readText("a.org", text)
    #expect(outline(document) == expected)
    try checkSource(document, text)
  }

  @Test(arguments: [
    (
      "\\documentclass{article}\\usepackage{x}\n\\title{Waves}\\author{I. Lund}\n\\begin{document}\\maketitle\n\\section{Method}\nText.\n\\subsection{Sub}\nMore. % no\n\\end{document} after",
      [
        "heading 1|Waves", "paragraph|I. Lund", "heading 2|Method", "paragraph|Text.", "heading 3|Sub",
        "paragraph|More.",
      ]
    ),
    ("\\chapter{A}\n\\section{B}\nx", ["heading 1|A", "heading 2|B", "paragraph|x"]),
    (
      "\\emph{a} \\textbf{b \\textit{c}} \\'e \\\"{o} \\c{c} \\ss{} \\v{S} 5\\,\\% x--y ``q'' \\& \\_ a~b \\LaTeX{} done",
      ["paragraph|a b c é ö ç ß Š 5 % x–y “q” & _ a b LaTeX done"]
    ),
    (
      "See \\cite[p.~4]{knuth}, \\ref{f}, \\href{https://x.example}{here}\\footnote{small}.\\label{l}",
      ["paragraph|See [knuth], f, here (https://x.example) (small)."]
    ),
    (
      "Energy $E = mc^2$ and \\(a_1\\).\n\n\\begin{equation}\nx = \\frac{1}{2}\n\\end{equation}",
      ["paragraph|Energy $E = mc^2$ and \\(a_1\\).", "code|x = \\frac{1}{2}"]
    ),
    (
      "\\begin{itemize}\n\\item a\n\\begin{enumerate}\\item b\\item c\\end{enumerate}\n\\item[d] e\n\\end{itemize}",
      ["listItem 1|- a", "listItem 2|1. b", "listItem 2|2. c", "listItem 1|d e"]
    ),
    ("\\begin{verbatim}\n% \\x{y}\n\\end{verbatim}\\verb|a_b|", ["code|% \\x{y}", "paragraph|a_b"]),
    (
      "\\begin{theorem}[Gauss] Sum.\\end{theorem}\\begin{quote}Q\\end{quote}",
      ["paragraph|Theorem (Gauss). Sum.", "quote|Q"]
    ),
    (
      "\\newcommand{\\tool}{rag tool}The \\tool{} runs; \\tool{}s run.",
      ["paragraph|The rag tool runs; rag tools run."]
    ),
    ("a % hidden\nb\\begin{comment}\nhidden\n\\end{comment} c", ["paragraph|a b c"]),
    ("\\SI{5}{\\kilo\\metre\\per\\hour} and \\num{7}", ["paragraph|5 km/h and 7"]),
    ("\\begin{unknown}[x]{y} text", ["paragraph|text"]),
    (
      "\\begin{table}\\caption{Basins}\\begin{tabular}{|l|r|}\\hline Basin & \\textbf{Period}\\\\\\hline\nInner & 19\\\\ \\multirow{2}{*}{Outer} & 7\\\\ & 8\\\\\\hline\\end{tabular}\\end{table}",
      ["paragraph|Basins", "table|Basin | Period\nInner | 19\nOuter | 7\nOuter | 8"]
    ),
  ])
  func latex(text: String, expected: [String]) throws {
    let document = try readText("a.tex", text)
    #expect(outline(document) == expected)
    try checkSource(document, text)
  }

  @Test func nestingHasABound() throws {
    let documents = [
      ("a.rst", (0..<300).map { String(repeating: " ", count: $0 * 2) + "- x" }.joined(separator: "\n\n")),
      ("a.org", (0..<300).map { String(repeating: " ", count: $0 * 2) + "- x" }.joined(separator: "\n")),
      (
        "a.tex",
        String(repeating: "\\begin{itemize}\\item x ", count: 300)
          + String(repeating: "\\end{itemize}", count: 300)
      ),
      ("a.tex", String(repeating: "\\emph{", count: 3000) + "x" + String(repeating: "}", count: 3000)),
      ("a.adoc", (4..<200).map { String(repeating: "=", count: $0) }.joined(separator: "\n") + "\nx"),
    ]
    for (name, text) in documents {
      let document = try readText(name, text)
      #expect(document.text.contains("x"), "\(name)")
    }
  }

  /// Marks that nothing closes must not be looked for again and again.
  @Test(.timeLimit(.minutes(1)), arguments: ["a.rst", "a.adoc", "a.org", "a.tex"]) func unclosedMarks(
    name: String
  ) throws {
    for mark in [
      " *a", " `a", " ``a", " |a", " _a", " [[a", " {{{a", " <<a", " \\verb|a", " ((a", " $a", " +a", " {a",
      "|a\n+-", "+-",
    ] {
      _ = try? readText(name, String(repeating: mark, count: 30_000))
    }
  }

  /// The oracle: what the map calls a copy is what the file has there.
  private func checkSource(_ document: ParsedDocument, _ text: String) throws {
    let source = Array(text.utf8)
    let bytes = Array(document.text.utf8)
    let map = try #require(document.places.sourceMap)
    func isWord(_ byte: UInt8) -> Bool { byte >= 0x80 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
    var copied = 0
    var last = 0
    for (index, run) in map.runs.enumerated() {
      let end = index + 1 < map.runs.count ? map.runs[index + 1].text : bytes.count
      guard run.textUnit == 1, run.sourceUnit == 1 else { continue }
      for offset in run.text..<end {
        let place = run.source + offset - run.text
        guard source.indices.contains(place) else {
          Issue.record("byte \(offset) of the text maps behind the file: \(place)")
          return
        }
        // A sign may stand for another: a blank for a line break or a tie, a capital for a small letter.
        let isSame =
          bytes[offset] == source[place] || !isWord(bytes[offset]) || bytes[offset] | 0x20 == source[place]
        #expect(isSame, "byte \(offset) of \(document.text.debugDescription) at \(place)")
        copied += isWord(bytes[offset]) ? 1 : 0
      }
      last = max(last, run.source)
    }
    #expect(last < source.count)
    // Words are copies, but for those that a directive stands for.
    #expect(copied * 3 >= bytes.count(where: isWord), "\(copied) of \(document.text.debugDescription)")
  }
}
