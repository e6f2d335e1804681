import Foundation
import Generation
import TestSupport
import Testing
import Transport

/// What each provider's stream becomes, wherever it is cut and however it ends.
@Suite struct ReplyStreamTests {
  static let pieces = ["Grüße ", "an die 猫", ": 0.2 ", "is \\\"major\\\" [1]."]
  static let text = "Grüße an die 猫: 0.2 is \"major\" [1]."

  func check(_ reply: CollectedReply, _ provider: ScriptedProvider, _ what: String) {
    #expect(reply.error == nil, "\(what)")
    #expect(reply.text == Self.text, "\(what)")
    #expect(
      reply.finish
        == ModelFinish(model: provider.identity, reason: "stop", inputTokens: 7, outputTokens: 3), "\(what)")
  }

  @Test(arguments: ScriptedProvider.allCases, ["\n", "\r\n", "\r"])
  func everySplitGivesTheSameReply(provider: ScriptedProvider, lineEnd: String) async {
    let bytes = Array(provider.stream(Self.pieces).replacing("\n", with: lineEnd).utf8)
    for border in 0...bytes.count {
      let transport = ChunkedTransport(
        contentType: provider.contentType, chunks: [Array(bytes[..<border]), Array(bytes[border...])])
      check(await .of(provider.model("http://x", transport: transport)), provider, "cut at byte \(border)")
    }
    let single = ChunkedTransport(contentType: provider.contentType, chunks: bytes.map { [$0] })
    check(await .of(provider.model("http://x", transport: single)), provider, "byte by byte")
  }

  /// The same over a socket, where a cut is a packet of its own.
  @Test(arguments: ScriptedProvider.allCases)
  func splitsOnTheWireGiveTheSameReply(provider: ScriptedProvider) async throws {
    let bytes = Array(provider.stream(Self.pieces).utf8)
    try await FaultServer.with({ _, index in
      let head = FaultServer.Step.head(200, [("Content-Type", provider.contentType)], length: bytes.count)
      return [head, .bytes(Array(bytes[..<index])), .wait(.milliseconds(1)), .bytes(Array(bytes[index...]))]
    }) { server in
      let model = provider.model(server.url, transport: try Transports.direct())
      for border in 0..<bytes.count { check(await .of(model), provider, "cut at byte \(border)") }
      #expect(server.connectionCount == 1)
    }
  }

  @Test(arguments: ScriptedProvider.allCases)
  func piecesArriveWhileTheServerWrites(provider: ScriptedProvider) async throws {
    let steps: [FaultServer.Step] = [
      .head(200, [("Content-Type", provider.contentType)], length: nil), .chunk(provider.opening),
      .chunk(provider.piece("one ")), .hang,
    ]
    try await FaultServer.with({ _, _ in steps }) { server in
      let model = provider.model(server.url, transport: try Transports.direct())
      var iterator = model.reply(
        to: [ModelMessage(role: .user, content: "?")], options: ReplyOptions(maximumTokens: 5)
      ).makeAsyncIterator()
      #expect(try await iterator.next() == .text("one "))
    }
  }

  struct Ending: Sendable, CustomTestStringConvertible {
    var name: String
    var provider: ScriptedProvider
    /// Behind the opening and the text "abc".
    var records: String
    /// `nil`: the stream broke off.
    var reason: String?
    var tokens: [Int?] = [7, 3]
    var last = FaultServer.Step.chunk("")
    var testDescription: String { "\(provider.rawValue): \(name)" }
  }

  static let openAIStop = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#

  static let endings: [Ending] =
    [
      (.openAI, "stop", "stop"), (.openAI, "length", "length"), (.openAI, "content_filter", "content_filter"),
      (.anthropic, "end_turn", "stop"), (.anthropic, "stop_sequence", "stop"),
      (.anthropic, "max_tokens", "length"), (.anthropic, "refusal", "refusal"), (.ollama, "stop", "stop"),
      (.ollama, "length", "length"),
    ].map { (provider: ScriptedProvider, word: String, reason: String) in
      Ending(name: word, provider: provider, records: provider.ending(word), reason: reason)
    } + [
      Ending(
        name: "no [DONE]", provider: .openAI, records: openAIStop + "\n\n", reason: "stop",
        tokens: [nil, nil]),
      Ending(
        name: "no [DONE] and no empty line", provider: .openAI, records: openAIStop, reason: "stop",
        tokens: [nil, nil]),
      Ending(
        name: "no [DONE] and no end of the body", provider: .openAI, records: openAIStop + "\n\n",
        reason: "stop",
        tokens: [nil, nil], last: .close),
      Ending(
        name: "[DONE] alone", provider: .openAI, records: "data: [DONE]\n\n", reason: "stop",
        tokens: [nil, nil]),
      Ending(
        name: "[DONE], and the connection stays open", provider: .openAI,
        records: openAIStop + "\n\ndata: [DONE]\n\n", reason: "stop", tokens: [nil, nil], last: .hang),
      Ending(name: "text alone", provider: .openAI, records: "", reason: nil),
      Ending(
        name: "empty words for no reason", provider: .openAI,
        records: #"data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":""}]}"# + "\n\n",
        reason: nil),
      Ending(
        name: "no message_stop", provider: .anthropic,
        records:
          #"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}"#
          + "\n\n", reason: "stop"),
      Ending(
        name: "a prompt that a cache knew", provider: .anthropic,
        records:
          #"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":2,"cache_read_input_tokens":4,"cache_creation_input_tokens":1,"output_tokens":3}}"#
          + "\n\n", reason: "stop"),
      Ending(
        name: "records of unknown types", provider: .anthropic,
        records: "event: news\ndata: {\"type\":\"news\",\"delta\":{}}\n\n"
          + ScriptedProvider.anthropic.ending("end_turn"), reason: "stop"),
      Ending(name: "text alone", provider: .anthropic, records: "", reason: nil),
      Ending(
        name: "no line end", provider: .ollama,
        records: #"{"done":true,"prompt_eval_count":7,"eval_count":3}"#, reason: "stop"),
      Ending(name: "text alone", provider: .ollama, records: "", reason: nil),
    ]

  @Test(arguments: endings)
  func ends(_ test: Ending) async throws {
    let provider = test.provider
    let steps: [FaultServer.Step] = [
      .head(200, [("Content-Type", provider.contentType)], length: nil), .chunk(provider.opening),
      .chunk(provider.piece("abc")),
    ]
    try await FaultServer.with({ _, _ in
      steps + (test.records.isEmpty ? [] : [.chunk(test.records)]) + [.wait(.milliseconds(5)), test.last]
    }) { server in
      let reply = await CollectedReply.of(
        provider.model(server.url, transport: try Transports.direct()), deadline: .seconds(5))
      #expect(reply.text == "abc")
      #expect(reply.finish?.reason == test.reason)
      if test.reason == nil {
        #expect(reply.error?.code == .modelInterrupted)
      } else {
        #expect(reply.error == nil)
        #expect([reply.finish?.inputTokens, reply.finish?.outputTokens] == test.tokens)
      }
      #expect(reply.time < .seconds(2))
    }
  }

  @Test(
    arguments: [
      (
        .openAI,
        #"{"choices":[{"index":0,"message":{"role":"assistant","content":"abc"},"finish_reason":"length"}],"usage":{"prompt_tokens":7,"completion_tokens":3}}"#,
        "length"
      ),
      (
        .anthropic,
        #"{"type":"message","content":[{"type":"thinking","thinking":"secret"},{"type":"text","text":"ab"},{"type":"text","text":"c"}],"stop_reason":"max_tokens","usage":{"input_tokens":7,"output_tokens":3}}"#,
        "length"
      ),
    ] as [(ScriptedProvider, String, String)])
  func readsAServerThatDoesNotStream(provider: ScriptedProvider, body: String, reason: String) async throws {
    try await FaultServer.with({ _, _ in [.response(200, [("Content-Type", "application/json")], body)] }) {
      server in
      let reply = await CollectedReply.of(provider.model(server.url, transport: try Transports.direct()))
      #expect(reply.text == "abc")
      #expect(
        reply.finish
          == ModelFinish(model: provider.identity, reason: reason, inputTokens: 7, outputTokens: 3))
    }
  }

  @Test(
    arguments: [
      (.openAI, "data: {\"error\":{\"message\":\"we are full, k-secret\",\"type\":\"server_error\"}}\n\n"),
      (.openAI, "data: {\"error\":\"we are full, k-secret\"}\n\n"),
      (
        .anthropic,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"we are full, k-secret\"}}\n\n"
      ),
      (.ollama, "{\"error\":\"we are full, k-secret\"}\n"),
    ] as [(ScriptedProvider, String)])
  func saysWhatTheServerSaysInsideTheStream(provider: ScriptedProvider, record: String) async throws {
    try await FaultServer.with({ _, _ in provider.reply([provider.opening, provider.piece("abc"), record]) })
    {
      server in
      let key = try APIKey(from: .environment("KEY"), environment: ["KEY": "k-secret"])
      let reply = await CollectedReply.of(
        provider.model(server.url, key: key, transport: try Transports.retrying()))
      #expect(reply.text == "abc")
      #expect(reply.error?.code == .modelFailed)
      #expect(reply.error?.message == "the language model's server says: we are full, [key]")
      // Text was passed on: it is not asked again.
      #expect(server.requests.count == 1)
    }
  }

  @Test(arguments: ScriptedProvider.allCases)
  func refusesARecordWithoutEnd(provider: ScriptedProvider) async throws {
    let blanks = [UInt8](repeating: 0x20, count: 1 << 20)
    let chunks = [Array("data: ".utf8)] + [[UInt8]](repeating: blanks, count: 9)
    let reply = await CollectedReply.of(
      provider.model(
        "http://x", transport: ChunkedTransport(contentType: provider.contentType, chunks: chunks)))
    #expect(reply.error?.code == .modelFailed)
    #expect(reply.error?.message.contains("8 MiB") == true)
  }

  @Test(
    arguments: [
      (
        .openAI, "/v1/chat/completions", "authorization", "Bearer k-secret",
        #"{"max_tokens":50,"messages":[{"content":"rules","role":"system"},{"content":"?","role":"user"}],"model":"m","stream":true,"stream_options":{"include_usage":true},"temperature":0}"#
      ),
      (
        .anthropic, "/v1/messages", "x-api-key", "k-secret",
        #"{"max_tokens":50,"messages":[{"content":"?","role":"user"}],"model":"m","stream":true,"system":"rules","temperature":0}"#
      ),
      (
        .ollama, "/api/chat", "authorization", "Bearer k-secret",
        #"{"messages":[{"content":"rules","role":"system"},{"content":"?","role":"user"}],"model":"m","options":{"num_ctx":8192,"num_predict":50,"temperature":0},"stream":true}"#
      ),
    ] as [(ScriptedProvider, String, String, String, String)])
  func asks(
    provider: ScriptedProvider, path: String, header: String, credential: String, body: String
  ) async throws {
    try await FaultServer.with({ _, _ in provider.reply([provider.stream(["abc"])]) }) { server in
      let key = try APIKey(from: .environment("KEY"), environment: ["KEY": "k-secret"])
      let messages = [
        ModelMessage(role: .system, content: "rules"), ModelMessage(role: .user, content: "?"),
      ]
      let reply = await CollectedReply.of(
        provider.model(server.url, key: key, transport: try Transports.direct()), messages)
      #expect(reply.text == "abc")
      let request = try #require(server.requests.first)
      #expect(request.method == "POST")
      #expect(request.uri == path)
      #expect(request.header(header) == credential)
      #expect(request.header("content-type") == "application/json")
      #expect(request.header("anthropic-version") == (provider == .anthropic ? "2023-06-01" : nil))
      #expect(String(decoding: request.body, as: UTF8.self) == body)
    }
  }

  @Test(arguments: [
    ("<think>Which one?\n</think>\n\nThe second.", "\n\nThe second."), (" <think>On and on", ""),
    ("The <think> tag", "The <think> tag"), ("", ""),
  ])
  func theWholeReplyHasNoThoughts(said: String, text: String) async throws {
    #expect(try await ScriptedModel(letters: said).complete([], maximumTokens: 5) == text)
  }

  @Test func aCancelledReplyIsNoShorterOne() async throws {
    let model = ScriptedModel(["half"], .finish("stop"), delay: .seconds(20))
    let task = Task { try await model.complete([], maximumTokens: 5) }
    task.cancel()
    await #expect(throws: GenerationError.self) { try await task.value }
  }
}
