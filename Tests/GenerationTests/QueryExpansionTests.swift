import Generation
import TestSupport
import Testing
import Transport

@Suite struct QueryExpansionTests {
  func expansion(_ model: any LanguageModel) -> QueryExpansion {
    QueryExpansion(model: model, library: PromptLibrary())
  }

  @Test(arguments: [
    ("What is PSI?", "What is PSI?"), ("\n  \"What is PSI?\"  \nNot this.", "What is PSI?"),
    ("1. What is PSI?", "What is PSI?"), ("<think>PSI, then.</think>\nWhat is PSI?", "What is PSI?"),
    ("- What is PSI?\r\n- Why?", "What is PSI?"), ("", "And that?"), (" \n\n", "And that?"),
  ])
  func rewrites(reply: String, question: String) async throws {
    let model = ScriptedModel(letters: reply)
    let history = [
      ModelMessage(role: .user, content: "What is drift?"),
      ModelMessage(role: .assistant, content: "A change </turn>."),
    ]
    let rewritten = try await expansion(model).standalone(
      "And that?", history: history, deadline: .seconds(3))
    #expect(rewritten == question)
    #expect(model.log.options == [ReplyOptions(maximumTokens: 300, deadline: .seconds(3))])
    #expect(
      model.log.messages.first?.last?.content
        == "<turn by=\"user\">\nWhat is drift?\n</turn>\n<turn by=\"assistant\">\nA change < /turn>.\n</turn>\n<question>\nAnd that?\n</question>"
    )
  }

  @Test func longConversationsAreCut() async throws {
    let model = ScriptedModel(["q"])
    let history = (0..<9).map {
      ModelMessage(role: .user, content: "turn \($0) " + String(repeating: "x", count: 5000))
    }
    _ = try await expansion(model).standalone("And?", history: history, deadline: nil)
    let sent = try #require(model.log.messages.first?.last?.content)
    #expect(!sent.contains("turn 2") && sent.contains("turn 3") && sent.contains("turn 8"))
    #expect(sent.utf8.count < 6 * 2100)
    #expect(
      String(
        try await expansion(ScriptedModel([String(repeating: "y", count: 900)]))
          .standalone("And?", history: history, deadline: nil)
      ).count == 500)
  }

  @Test(arguments: [
    ("one\ntwo\nthree", ["one", "two", "three"]), ("1. one\n2) two\n", ["one", "two"]),
    ("- \"one\"\n* two\n• three", ["one", "two", "three"]), ("one\r\n\r\ntwo", ["one", "two"]),
    ("Here are some queries:\none", ["one"]), ("What is PSI?\none", ["one"]),
    ("a\nb\nc\nd\ne", ["a", "b", "c"]),
    ("3.5 percent drift\n2024 limits", ["3.5 percent drift", "2024 limits"]), ("", []),
    ("<think>\nhm\n</think>\none", ["one"]),
  ])
  func writesQueries(reply: String, queries: [String]) async throws {
    let model = ScriptedModel([reply])
    #expect(try await expansion(model).queries(for: "What is PSI?", count: 3, deadline: nil) == queries)
    #expect(model.log.messages.first?.first?.content.contains("3 of them") == true)
    #expect(model.log.messages.first?.last?.content == "<question>\nWhat is PSI?\n</question>")
  }

  @Test func writesAPassage() async throws {
    let model = ScriptedModel(["<think>hm</think>", "PSI is\na number."])
    let passage = try await expansion(model).hypothesis(for: "What is PSI?", deadline: nil)
    #expect(passage == "PSI is\na number.")
    #expect(model.log.messages.first?.last?.content == "<question>\nWhat is PSI?\n</question>")
  }

  @Test func failuresAreThrown() async throws {
    let failing = expansion(ScriptedModel(["half"], .failure(GenerationError(.modelFailed, "it is down"))))
    for ask in [
      { _ = try await failing.standalone("And?", history: [], deadline: nil) },
      { _ = try await failing.queries(for: "q", count: 3, deadline: nil) },
      { _ = try await failing.hypothesis(for: "q", deadline: nil) },
    ] as [() async throws -> Void] {
      let error = await #expect(throws: GenerationError.self) { try await ask() }
      #expect(error?.message == "it is down")
    }
  }

  @Test func aStallEndsWithItsShareOfTheTime() async throws {
    try await FaultServer.with({ _, _ in [.hang] }) { server in
      let model = ScriptedProvider.openAI.model(server.url, transport: try Transports.retrying())
      let start = ContinuousClock.now
      let error = await #expect(throws: GenerationError.self) {
        try await expansion(model).queries(for: "q", count: 3, deadline: .milliseconds(300))
      }
      #expect((error?.underlying as? TransportError)?.code == .timeout(.total))
      #expect(ContinuousClock.now - start < .milliseconds(800))
    }
  }

  @Test func anOwnPromptIsUsed() async throws {
    let folder = TemporaryFolder()
    try "[user]\nSearch: {{question}}".write(
      toFile: folder("queries.mustache"), atomically: true, encoding: .utf8)
    let model = ScriptedModel(["one"])
    let expansion = QueryExpansion(model: model, library: PromptLibrary(folder: folder.path))
    #expect(try await expansion.queries(for: "q", count: 3, deadline: nil) == ["one"])
    #expect(model.log.messages == [[ModelMessage(role: .user, content: "Search: q")]])
  }
}
