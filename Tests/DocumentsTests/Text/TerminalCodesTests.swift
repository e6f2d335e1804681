import Documents
import Testing

/// What a terminal shows of a log, with its place in the file.
@Suite struct TerminalCodesTests {
  @Test(arguments: [
    ("\u{1B}[31mERROR\u{1B}[0m pump 7\n\u{1B}[1;32mOK\u{1B}[m", "ERROR pump 7\nOK"),
    ("\u{1B}[38;5;196mred\u{1B}[K\u{1B}[?25l end", "red end"), ("\u{9B}1mbold\u{9B}0m \u{1B}[mx", "bold x"),
    ("\u{1B}]0;title\u{07}the text", "the text"),
    ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\!", "link!"),
    ("\u{1B}]open title\nnext", "\nnext"), ("\u{1B}(Bplain\u{1B}=", "plain"),
    ("N\u{08}NA\u{08}AM\u{08}ME\u{08}E of _\u{08}a _\u{08}b", "NAME of a b"), ("é\u{08}é u\u{08}_", "é u"),
    ("10%\r50%\r100%\ndone", "100%\ndone"), ("Get 1/3\rGet 3/3, done.\nx", "Get 3/3, done.\nx"),
    ("half\r\u{1B}[Kwhole\nx", "whole\nx"), ("gone\u{1B}[2Kleft\nx", "left\nx"),
    ("a\r\nb\r\r\nc", "a\nb\nc"),
    // Lines that only look alike are data.
    ("pump 1: 5\rpump 2: 6\nend", "pump 1: 5\npump 2: 6\nend"), ("one\rtwo\rthree", "one\ntwo\nthree"),
    ("x\u{08}\u{08}\u{08}y\n\u{08}z", "y\nz"), ("cut \u{1B}[", "cut "), ("cut \u{1B}", "cut "),
    ("a bell rings at noon\u{07}", "a bell rings at noon"),
  ])
  func shown(source: String, text: String) throws {
    let document = try readText("a.log", source)
    #expect(document.text == text)
    // Each byte of the text is the file's where the map says; a line feed may have been a return.
    let bytes = Array(source.utf8)
    let map = try #require(document.places.sourceMap)
    var last = -1
    for (offset, byte) in document.text.utf8.enumerated() {
      let place = map.sourceOffset(offset)
      #expect(bytes[place] == byte || byte == 0x0A && bytes[place] == 0x0D, "byte \(offset) at \(place)")
      #expect(place > last)
      last = place
    }
  }

  @Test func whatIsLeftOutIsSaid() throws {
    let document = try readText("a.log", "\u{1B}[1mB\u{08}B 1%\r2%\nx\u{1B}[0m")
    #expect(
      document.notes.map(\.note) == [
        "left out: 2 control sequences of a terminal, 1 struck-over character, 1 overwritten state of a progress display"
      ])
    #expect(try readText("b.log", "plain\r\nlines\r\n").notes.isEmpty)
  }

  /// Only plain text comes from terminals: in code these are data.
  @Test func codeKeepsThem() throws {
    #expect(try readText("a.sh", "echo '\u{1B}[31m'").text == "echo '\u{1B}[31m'")
  }
}
