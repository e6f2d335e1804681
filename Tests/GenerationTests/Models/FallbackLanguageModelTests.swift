import Generation
import TestSupport
import Testing

@Suite struct FallbackLanguageModelTests {
  static let failure = ScriptedModel.Ending.failure(GenerationError(.modelFailed, "down", status: 503))

  @Test func theSecondSpeaksWhereTheFirstDoesNot() async {
    let first = ScriptedModel([], Self.failure)
    let second = ScriptedModel(["ab", "c"])
    let reply = await CollectedReply.of(FallbackLanguageModel(first, else: second))
    #expect(reply.text == "abc")
    #expect(reply.finish?.model == "scripted/m")
    #expect(first.log.messages == second.log.messages)
    #expect(first.log.messages.count == 1)
  }

  @Test func notAfterTheFirstWord() async {
    let second = ScriptedModel(["other"])
    let reply = await CollectedReply.of(
      FallbackLanguageModel(ScriptedModel(["ab"], Self.failure), else: second))
    #expect(reply.text == "ab")
    #expect(reply.error?.message == "down")
    #expect(second.log.messages.isEmpty)
  }

  @Test func theSecondIsLeftAloneWhereTheFirstSpeaks() async {
    let second = ScriptedModel(["other"])
    let reply = await CollectedReply.of(FallbackLanguageModel(ScriptedModel(["abc"]), else: second))
    #expect(reply.text == "abc")
    #expect(second.log.messages.isEmpty)
  }

  @Test func theLastErrorIsTold() async {
    let second = ScriptedModel([], .failure(GenerationError(.modelFailed, "down too")))
    let reply = await CollectedReply.of(FallbackLanguageModel(ScriptedModel([], Self.failure), else: second))
    #expect(reply.error?.message == "down too")
  }

  /// The first one has half of the time, the second one what is left of all of it.
  @Test func theDeadlineIsShared() async throws {
    let first = ScriptedModel([], Self.failure, delay: .milliseconds(200))
    let second = ScriptedModel(["abc"])
    _ = await CollectedReply.of(FallbackLanguageModel(first, else: second), deadline: .seconds(2))
    #expect(first.log.options.map(\.deadline) == [.seconds(1)])
    let left = try #require(second.log.options.first?.deadline)
    #expect(left <= .milliseconds(1800) && left > .seconds(1), "\(left)")
  }

  @Test func aStallOfTheFirstLeavesTimeForTheSecond() async throws {
    try await FaultServer.with({ _, _ in [.hang] }) { stalled in
      let provider = ScriptedProvider.anthropic
      try await FaultServer.with({ _, _ in provider.reply([provider.stream(["abc"])]) }) { other in
        let model = FallbackLanguageModel(
          ScriptedProvider.openAI.model(stalled.url, transport: try Transports.retrying()),
          else: provider.model(other.url, transport: try Transports.retrying()))
        let reply = await CollectedReply.of(model, deadline: .milliseconds(800))
        #expect(reply.text == "abc")
        #expect(reply.finish?.model == "anthropic/m")
        #expect(reply.time >= .milliseconds(400) && reply.time < .milliseconds(800), "\(reply.time)")
      }
    }
  }

  @Test func aWithdrawnQuestionDoesNotGoToTheSecond() async throws {
    try await FaultServer.with({ _, _ in [.hang] }) { server in
      let second = ScriptedModel(["other"])
      let first = ScriptedProvider.openAI.model(server.url, transport: try Transports.retrying())
      let task = Task { await CollectedReply.of(FallbackLanguageModel(first, else: second)) }
      #expect(try await eventually { server.requests.count == 1 })
      task.cancel()
      #expect(await task.value.text.isEmpty)
      #expect(try await eventually { server.openConnectionCount == 0 })
      #expect(second.log.messages.isEmpty)
    }
  }
}
