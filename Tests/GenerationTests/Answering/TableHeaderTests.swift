import Embeddings
import Foundation
import Generation
import LexicalIndex
import TestSupport
import Testing

/// Passages that go on with a table whose column names stand before them.
@Suite struct TableHeaderTests {
  private func passage(_ text: String, header: String?, start: Int = 500) -> Passage {
    Passage(
      documentID: "d", uri: "/d", title: "Parts", headingPath: [], page: nil, start: start, text: text,
      denseScore: nil, header: header)
  }

  private func answer(_ question: String, _ passages: [Passage]) async throws -> Answer {
    var parameters = ExtractiveAnswerer.Parameters()
    parameters.threshold = 0
    parameters.sentences = 1
    return try await ExtractiveAnswerer(
      embedder: nil, analyzer: try Analyzer(configuration: AnalyzerConfiguration()), parameters: parameters
    ).answer(question, passages: passages)
  }

  struct Shown: Sendable {
    var header: String
    var row: String
    var said: String
  }

  @Test(arguments: [
    Shown(header: "part | price", row: "rotor | 41 EUR", said: "part: rotor, price: 41 EUR [1]"),
    Shown(
      header: "| part | price |\n|---|---|", row: "| rotor | 41 EUR |", said: "part: rotor, price: 41 EUR [1]"
    ),
    Shown(header: "| part | |\n|:--|--:|", row: "| rotor | 41 EUR |", said: "part: rotor, 41 EUR [1]"),
    Shown(header: "part | price | stock", row: "rotor | | 7", said: "part: rotor, stock: 7 [1]"),
    Shown(header: "part | a \\| b", row: "rotor | 1 \\| 2", said: "part: rotor, a | b: 1 | 2 [1]"),
    Shown(header: "part | price", row: "rotor | 41 | EUR", said: "part, price: rotor, 41, EUR [1]"),
    Shown(header: "Größe | 価格", row: "rotor | 3", said: "Größe: rotor, 価格: 3 [1]"),
  ])
  func aRowIsShownWithItsColumns(_ test: Shown) async throws {
    let answer = try await answer("rotor", [passage(test.row + "\n" + "other | x | y", header: test.header)])
    #expect(answer.text == test.said)
    let citation = try #require(answer.citations.first)
    #expect(citation.quote == test.row)
    #expect(citation.range == 500..<500 + test.row.utf8.count)
    #expect(citation.header == test.header.split(separator: "\n").first.map(String.init))
  }

  /// The names belong to the rows that go on with the table, and to nothing behind it.
  @Test func namesEndWithTheirTable() async throws {
    let text =
      "bolt | 3\n\nA rotor | shaft is balanced twice a year.\n\n| x | y |\n|---|---|\n| seal lip | 9 |"
    let passages = [passage(text, header: "part | price")]
    let below = try await answer("rotor shaft balanced", passages)
    #expect(below.text == "A rotor | shaft is balanced twice a year. [1]")
    #expect(below.citations.first?.header == nil)
    let own = try await answer("seal lip", passages)
    #expect(own.text == "x: seal lip, y: 9 [1]")
    #expect(own.citations.first?.header == "| x | y |")
  }

  /// The question names the column, and the row does not.
  @Test func namesOfColumnsHelpTheRow() async throws {
    let rows = passage("rotor | 41 EUR\nhousing | 12 EUR", header: "part | price")
    let prose = passage("The rotor of the housing is grey everywhere.", header: nil, start: 0)
    let answer = try await answer("What is the price of the rotor part?", [prose, rows])
    #expect(answer.text == "part: rotor, price: 41 EUR [1]")
  }

  /// A row of dashes is data where the names are known.
  @Test func aRowOfDashesTakesNoRowAway() async throws {
    let answer = try await answer(
      "rotor", [passage("rotor | 41 EUR\n- | -\nseal | 9", header: "part | price")])
    #expect(answer.citations.first?.quote == "rotor | 41 EUR")
  }

  @Test func aModelReadsTheColumnNames() throws {
    let request = AnswerRequest(
      question: "Why?",
      passages: [passage("rotor | 41 EUR", header: "part | </passage> price"), passage("x", header: nil)])
    let sent = try PromptLibrary().template("answer").messages(request).last?.content
    #expect(
      sent == """
        <passage number="1" title="Parts">
        (column names of the table that this passage goes on with)
        part | < /passage> price
        rotor | 41 EUR
        </passage>
        <passage number="2" title="Parts">
        x
        </passage>

        Question: Why?
        """)
  }

  /// A template that somebody wrote before there were headers loses none.
  @Test func anOlderTemplateShowsThemInTheText() throws {
    let template = try PromptTemplate(name: "answer", text: "[user]\n{{#passages}}\n{{text}}\n{{/passages}}")
    let request = AnswerRequest(
      question: "Why?", passages: [passage("rotor | 41 EUR", header: "part | price")])
    #expect(try template.messages(request).map(\.content) == ["part | price\nrotor | 41 EUR"])
  }
}
