import Documents
import Testing

@Suite struct NotebookReaderTests {
  private static let version4 = #"""
    {"cells": [
      {"cell_type": "markdown", "metadata": {}, "source": ["# Tide *model*\n", "\n", "- one\n", "- two **bold**\n"]},
      {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "x = \"é\"\nprint(x)\n",
       "outputs": [
        {"output_type": "stream", "name": "stdout", "text": ["10%\r20%\r100%\n", "level \u001b[31m512\u001b[0m cm\n"]},
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure size 1x1>"]}},
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {
          "text/html": "<table><tr><th>Port</th><th>Depth</th></tr><tr><td>Emden</td><td>12</td></tr></table>",
          "text/plain": ["   Port Depth\n", "0 Emden 12"]}},
        {"output_type": "error", "ename": "KeyError", "evalue": "'a'", "traceback": ["\u001b[0;31mKeyError\u001b[0m", "line 3: 'a'"]}
      ]},
      {"cell_type": "raw", "metadata": {}, "source": "raw words"},
      {"cell_type": "markdown", "metadata": {}, "source": "## Results\ntext"}
    ], "metadata": {"title": "Tides", "authors": [{"name": "Ann"}], "kernelspec": {"name": "ir", "language": "R"}}, "nbformat": 4, "nbformat_minor": 5}
    """#

  @Test func cellsAndOutputs() throws {
    let document = try readText("a.ipynb", Self.version4)
    #expect(
      outline(document) == [
        "heading 1|Tide *model*", "listItem 1|- one", "listItem 1|- two **bold**", "code|x = \"é\"\nprint(x)",
        "code|100%\nlevel 512 cm", "table|Port | Depth\nEmden | 12", "code|KeyError\nline 3: 'a'",
        "paragraph|raw words", "heading 2|Results", "paragraph|text",
      ])
    #expect(document.title == "Tides")
    #expect(document.metadata == ["language": .string("R"), "authors": .list(["Ann"])])
    #expect(document.notes.map(\.note) == ["left out: an output of type image/png (line 6)"])
    #expect(!document.text.contains("iVBOR"))
  }

  @Test func cellsMapToTheFile() throws {
    let document = try readText("a.ipynb", Self.version4)
    let source = Array(Self.version4.utf8)
    for (part, expected) in [
      ("two **bold**", "two **bold**"), ("x = \"é\"", #"x = \"é\""#), ("print(x)", "print(x)"),
      ("512", "512"),
      ("raw words", "raw words"), ("Results", "Results"),
    ] {
      let range = try #require(document.text.firstRange(of: part))
      let start = document.text.utf8.distance(from: document.text.startIndex, to: range.lowerBound)
      let place = document.places.place(of: start..<(start + part.utf8.count))
      #expect(String(decoding: source[try #require(place.source)], as: UTF8.self) == expected)
    }
  }

  @Test func version3() throws {
    let text = #"""
      {"metadata": {"name": "Old"}, "nbformat": 3, "worksheets": [{"cells": [
        {"cell_type": "heading", "level": 2, "source": ["A title"]},
        {"cell_type": "code", "input": ["1 + 1"], "language": "python", "outputs": [
          {"output_type": "pyout", "text": ["2"], "png": "iVBOR"}]}]}]}
      """#
    let document = try readText("a.ipynb", text)
    #expect(outline(document) == ["heading 2|A title", "code|1 + 1", "code|2"])
    #expect(document.title == "Old")
  }

  @Test(arguments: [#"{"a": 1}"#, "[1]", "{", #"{"cells": "x"}"#, #"{"cells": [{"source": ["a", }]}"#])
  func noNotebook(text: String) {
    #expect(throws: DocumentError.self) { try readText("a.ipynb", text) }
  }
}
