import Embeddings
import Foundation
import Kernels
import TestSupport
import Testing
import Transport

@Suite struct OpenAIEmbedderTests {
  /// The vector that the fake provider gives for `text`; not of unit length.
  static func vector(_ text: String) -> [Float] {
    let bytes = Array(text.utf8)
    return [Float(bytes.count), Float(bytes.first ?? 0), Float(bytes.last ?? 0), -3]
  }

  static func unit(_ vector: [Float]) -> [Float] {
    let length = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    return vector.map { Float(Double($0) / length) }
  }

  static func base64(_ vector: [Float]) -> String {
    Data(vector.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } })
      .base64EncodedString()
  }

  static func input(_ request: FaultServer.Request) -> [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]) ?? [:]
  }

  enum Form: Sendable { case asAsked, floats, reversed, withoutIndex }

  /// A provider that does its work.
  static func answer(_ request: FaultServer.Request, _ form: Form = .asAsked) -> [FaultServer.Step] {
    let input = input(request)
    let texts = input["input"] as? [String] ?? []
    let isBase64 = input["encoding_format"] as? String == "base64" && form != .floats
    var items: [String] = texts.enumerated().map { index, text in
      let vector = vector(text)
      let embedding =
        isBase64 ? "\"" + base64(vector) + "\"" : "[" + vector.map { "\($0)" }.joined(separator: ",") + "]"
      let field = form == .withoutIndex ? "" : #""index":\#(index),"#
      return #"{"object":"embedding",\#(field)"embedding":\#(embedding)}"#
    }
    if form == .reversed { items.reverse() }
    let body =
      #"{"object":"list","data":[\#(items.joined(separator: ","))],"usage":{"prompt_tokens":\#(10 * texts.count + 1)}}"#
    return [.response(200, [("Content-Type", "application/json")], body)]
  }

  static func embedder(
    _ server: FaultServer, dimension: Int = 4, retries: Int = 1, key: String? = "sk-secret",
    _ change: (inout OpenAIEmbedderOptions) -> Void = { _ in }
  ) throws -> OpenAIEmbedder {
    var options = OpenAIEmbedderOptions(
      baseURL: server.url + "/v1/", model: "model-a",
      deadlines: TransportDeadlines(firstByte: .milliseconds(500), total: .seconds(5)))
    change(&options)
    let transport = RetryingTransport(
      try CurlTransport(.init(proxy: .direct)),
      policy: RetryPolicy(
        maximumAttempts: retries, base: .milliseconds(5), maximumServerWait: .milliseconds(20)))
    return try OpenAIEmbedder(
      options, dimension: dimension,
      key: try key.map { try APIKey(from: .environment("K"), environment: ["K": $0]) },
      transport: transport)
  }

  static func failure(_ embedder: OpenAIEmbedder, _ texts: [String] = ["one", "two"]) async -> EmbeddingError?
  {
    do {
      _ = try await embedder.embed(texts, as: .passage)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [Form.asAsked, .floats, .reversed, .withoutIndex])
  func embedsInOrderAtUnitLength(form: Form) async throws {
    try await FaultServer.with({ request, _ in Self.answer(request, form) }) { server in
      let texts = ["one", "two words", "drei \u{1F600} é \"quoted\" \u{7}"]
      let batch = try await Self.embedder(server).embed(texts, as: .query)
      #expect(batch.matrix.rows == 3 && batch.matrix.columns == 4)
      for (row, text) in texts.enumerated() {
        let expected = Self.unit(Self.vector(text))
        for (value, other) in zip(batch.matrix.row(row), expected) { #expect(abs(value - other) < 1e-6) }
      }
      #expect(batch.tokenCounts.reduce(0, +) == 31)
      #expect(batch.tokenCounts.allSatisfy { $0 > 0 })
      let request = try #require(server.requests.first)
      #expect(request.uri == "/v1/embeddings")
      #expect(request.method == "POST")
      #expect(request.header("authorization") == "Bearer sk-secret")
      #expect(request.header("content-type") == "application/json")
      let input = Self.input(request)
      #expect(input["model"] as? String == "model-a")
      #expect(input["encoding_format"] as? String == "base64")
      #expect(input["dimensions"] == nil)
      #expect(input["input"] as? [String] == texts)
    }
  }

  @Test func sendsOptionsAndPrefixes() async throws {
    try await FaultServer.with({ request, _ in Self.answer(request) }) { server in
      let embedder = try Self.embedder(server, key: nil) {
        $0.dimensions = 4
        $0.passagePrefix = "passage: "
        $0.queryPrefix = "query: "
      }
      _ = try await embedder.embed(["a"], as: .passage)
      _ = try await embedder.embed(["a"], as: .query)
      #expect(server.requests.map { Self.input($0)["input"] as? [String] } == [["passage: a"], ["query: a"]])
      #expect(server.requests.map { Self.input($0)["dimensions"] as? Int } == [4, 4])
      #expect(server.requests.allSatisfy { $0.header("authorization") == nil })
    }
  }

  @Test func embedsNothingWithoutARequest() async throws {
    try await FaultServer.with({ request, _ in Self.answer(request) }) { server in
      let batch = try await Self.embedder(server).embed([], as: .passage)
      #expect(batch.matrix.rows == 0 && batch.matrix.columns == 4)
      #expect(server.requests.isEmpty)
    }
  }

  @Test func cutsIntoRequestsByCountAndBytes() async throws {
    try await FaultServer.with({ request, _ in Self.answer(request) }) { server in
      var random = SeededGenerator(seed: 11)
      let texts = (0..<100).map { index in
        "\(index) " + String(repeating: "x", count: Int.random(in: 0..<120, using: &random))
      }
      let embedder = try Self.embedder(server) {
        $0.textsPerRequest = 7
        $0.bytesPerRequest = 400
      }
      let batch = try await embedder.embed(texts, as: .passage)
      for (row, text) in texts.enumerated() {
        #expect(abs(batch.matrix.row(row)[0] - Self.unit(Self.vector(text))[0]) < 1e-6, "seed 11, row \(row)")
      }
      let sent = server.requests.map { Self.input($0)["input"] as? [String] ?? [] }
      #expect(sent.flatMap(\.self).sorted() == texts.sorted())
      #expect(sent.allSatisfy { $0.count <= 7 && $0.reduce(0) { $0 + $1.utf8.count } <= 400 })
      #expect(server.connectionCount <= 4)
    }
  }

  @Test func aTextOverTheByteLimitGoesAlone() async throws {
    try await FaultServer.with({ request, _ in Self.answer(request) }) { server in
      let embedder = try Self.embedder(server) {
        $0.bytesPerRequest = 10
        $0.concurrentRequests = 1
      }
      _ = try await embedder.embed(["a", String(repeating: "b ", count: 20), "c", "d"], as: .passage)
      #expect(server.requests.map { (Self.input($0)["input"] as? [String])?.count } == [1, 1, 2])
    }
  }

  @Test func cutsTextsPastTheModelsLength() async throws {
    try await FaultServer.with({ request, _ in Self.answer(request) }) { server in
      let embedder = try Self.embedder(server) { $0.maximumTokens = 10 }
      let texts = [
        String(repeating: "word ", count: 50), String(repeating: "語", count: 50),
        String(repeating: "😀", count: 50),
        "short", String(repeating: "a1", count: 50),
      ]
      _ = try await embedder.embed(texts, as: .passage)
      let sent = try #require(server.requests.first.flatMap { Self.input($0)["input"] as? [String] })
      #expect(sent[3] == "short")
      for (text, cut) in zip(texts, sent) {
        #expect(text.hasPrefix(cut) && !cut.isEmpty)
        #expect((1...10).contains(embedder.countTokens(cut[...])), "\(cut)")
      }
    }
  }

  @Test func asksForFloatsWhereBase64IsRefused() async throws {
    try await FaultServer.with({ request, _ in
      Self.input(request)["encoding_format"] == nil
        ? Self.answer(request)
        : [.response(422, [], #"{"detail":"extra fields not permitted: encoding_format"}"#)]
    }) { server in
      let embedder = try Self.embedder(server)
      for _ in 0..<3 {
        let batch = try await embedder.embed(["one"], as: .passage)
        #expect(abs(batch.matrix.row(0)[0] - Self.unit(Self.vector("one"))[0]) < 1e-6)
      }
      #expect(server.requests.count == 4)
    }
  }

  @Test(arguments: [0, -1])
  func refusesOptions(value: Int) async throws {
    try await FaultServer.with({ request, _ in Self.answer(request) }) { server in
      #expect(throws: EmbeddingError.self) { try Self.embedder(server) { $0.textsPerRequest = value } }
      #expect(throws: EmbeddingError.self) { try Self.embedder(server) { $0.dimensions = value } }
      #expect(throws: EmbeddingError.self) { try Self.embedder(server) { $0.textsPerRequest = 2049 } }
      #expect(throws: EmbeddingError.self) { try Self.embedder(server) { $0.model = "" } }
      #expect(throws: EmbeddingError.self) {
        try Self.embedder(server) { $0.baseURL = "http://u:p@127.0.0.1/v1" }
      }
    }
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [FaultServer.Step]
    var code: EmbeddingError.Code
    var says: String
    var testDescription: String { name }

    init(_ name: String, _ steps: [FaultServer.Step], _ code: EmbeddingError.Code, says: String = "") {
      self.name = name
      self.steps = steps
      self.code = code
      self.says = says
    }

    /// An answer whose `data` is `items`.
    init(_ name: String, items: String, _ code: EmbeddingError.Code = .providerFailed, says: String = "") {
      self.init(name, [.response(200, [], #"{"data":[\#(items)]}"#)], code, says: says)
    }
  }

  static let good = #"{"index":0,"embedding":[1,0,0,0]}"#
  static let faults = [
    Fault("no JSON", [.response(200, [], "<html>oops sk-secret</html>")], .providerFailed),
    Fault("other JSON", [.response(200, [], #"{"object":"list"}"#)], .providerFailed),
    Fault("empty", [.response(200, [], "")], .providerFailed),
    Fault("one vector for two", items: good, says: "1 vectors for 2 texts"),
    Fault("three vectors for two", items: [good, good, good].joined(separator: ",")),
    Fault("an index twice", items: good + "," + good, says: "twice"),
    Fault("an index beyond", items: good + #",{"index":2,"embedding":[1,0,0,0]}"#),
    Fault("a negative index", items: good + #",{"index":-1,"embedding":[1,0,0,0]}"#),
    Fault(
      "another dimension", items: good + #",{"index":1,"embedding":[1,0,0]}"#, .modelMismatch,
      says: "3 columns"),
    Fault("an empty vector", items: good + #",{"index":1,"embedding":[]}"#),
    Fault("a null", items: good + #",{"index":1,"embedding":[1,null,0,0]}"#),
    Fault("an infinity", items: good + #",{"index":1,"embedding":[1,1e999,0,0]}"#),
    Fault("a zero vector", items: good + #",{"index":1,"embedding":[0,0,0,0]}"#, says: "zero"),
    Fault(
      "NaN in base64", items: good + #",{"index":1,"embedding":"\#(base64([1, .nan, 0, 0]))"}"#,
      says: "finite"),
    Fault(
      "infinity in base64", items: good + #",{"index":1,"embedding":"\#(base64([1, .infinity, 0, 0]))"}"#),
    Fault("broken base64", items: good + #",{"index":1,"embedding":"AAAA!AAA"}"#),
    Fault("base64 of 5 bytes", items: good + #",{"index":1,"embedding":"AAAAAAA="}"#),
    Fault(
      "401", [.response(401, [], #"{"error":{"message":"Incorrect API key sk-secret"}}"#)], .providerFailed,
      says: "key"),
    Fault(
      "400", [.response(400, [], #"{"error":{"message":"too long: sk-secret"}}"#)], .providerFailed,
      says: "too long: [key]"),
    Fault(
      "404", [.response(404, [], #"{"error":"model not found, try pulling it"}"#)], .modelMissing,
      says: "pulling"),
    Fault("422", [.response(422, [], #"{"detail":"bad"}"#)], .providerFailed, says: "bad"),
    Fault(
      "429", [.response(429, [("Retry-After", "0")], #"{"message":"slow down"}"#)], .providerUnavailable,
      says: "slow down"),
    Fault("500 in HTML", [.response(500, [], "<html>")], .providerUnavailable),
    Fault("529", [.response(529)], .providerUnavailable),
    Fault("closed", [.close], .providerUnavailable),
    Fault("cut", [.head(length: 100), .text("{"), .wait(.milliseconds(10)), .close], .providerUnavailable),
    Fault("garbage", [.bytes([1, 2, 3, 10]), .close], .providerFailed),
    Fault("no answer", [.hang], .providerUnavailable),
  ]

  @Test(arguments: faults)
  func fails(_ fault: Fault) async throws {
    try await FaultServer.with({ _, _ in fault.steps }) { server in
      let error = await Self.failure(try Self.embedder(server))
      #expect(error?.code == fault.code)
      let shown =
        "\(String(describing: error)) \(String(describing: error?.underlying)) \(error?.message ?? "")"
      #expect(fault.says.isEmpty || shown.contains(fault.says))
      #expect(!shown.contains("sk-secret"))
    }
  }

  @Test func refusesEmptyTexts() async throws {
    try await FaultServer.with({ request, _ in Self.answer(request) }) { server in
      let error = await Self.failure(try Self.embedder(server), ["a", " \n"])
      #expect(error?.code == .invalidInput)
      #expect(error?.message.contains("Text 1 of 2") == true)
      #expect(server.requests.isEmpty)
    }
  }

  @Test func recoversThroughTheRetries() async throws {
    try await FaultServer.with({ request, index in
      switch index {
      case 0: [.response(500)]
      case 1: [.response(429, [("Retry-After", "1")])]
      case 2: [.close]
      default: Self.answer(request)
      }
    }) { server in
      let batch = try await Self.embedder(server, retries: 6).embed(["one"], as: .passage)
      #expect(batch.matrix.rows == 1)
      #expect(server.requests.count == 4)
    }
  }

  @Test func oneFailedRequestFailsTheBatch() async throws {
    try await FaultServer.with({ request, _ in
      (Self.input(request)["input"] as? [String]) == ["bad"] ? [.response(400)] : Self.answer(request)
    }) { server in
      let embedder = try Self.embedder(server) { $0.textsPerRequest = 1 }
      #expect(await Self.failure(embedder, ["a", "b", "bad", "c", "d"])?.code == .providerFailed)
    }
  }

  @Test func refusedPort() async throws {
    let port = try await FaultServer.refusedPort()
    let embedder = try OpenAIEmbedder(
      OpenAIEmbedderOptions(baseURL: "http://127.0.0.1:\(port)/v1", model: "m"), dimension: 4, key: nil,
      transport: CurlTransport(.init(proxy: .direct)))
    #expect(await Self.failure(embedder)?.code == .providerUnavailable)
  }

  @Test func findsTheDimension() async throws {
    try await FaultServer.with({ request, _ in Self.answer(request) }) { server in
      var options = OpenAIEmbedderOptions(baseURL: server.url, model: "m")
      let transport = try CurlTransport(.init(proxy: .direct))
      #expect(
        try await OpenAIEmbedder.connect(options, key: nil, transport: transport).identity.dimension == 4)
      #expect(server.requests.count == 1)
      options.dimensions = 3
      #expect(
        try await OpenAIEmbedder.connect(options, key: nil, transport: transport).identity.dimension == 3)
      #expect(server.requests.count == 1)
    }
  }

  @Test func identityTellsModelsApart() throws {
    let transport = try CurlTransport(.init(proxy: .direct))
    let base = OpenAIEmbedderOptions(baseURL: "http://127.0.0.1/v1", model: "m")
    func hash(_ change: (inout OpenAIEmbedderOptions) -> Void) throws -> String {
      var options = base
      change(&options)
      return try OpenAIEmbedder(options, dimension: 4, key: nil, transport: transport).identity.weightsHash
    }
    let plain = try hash { _ in }
    #expect(plain.utf8.count == 64)
    #expect(try hash { $0.baseURL += "/" } == plain)
    #expect(try hash { $0.bytesPerRequest = 1 } == plain)
    #expect(try hash { $0.model = "n" } != plain)
    #expect(try hash { $0.baseURL = "http://127.0.0.1/v2" } != plain)
    #expect(try hash { $0.dimensions = 4 } != plain)
    #expect(try hash { $0.queryPrefix = "q: " } != plain)
  }

  @Test(arguments: [
    ("", 0), ("the", 1), ("word", 2), ("a b c", 3), ("international", 7), ("2024", 2), ("x,y", 3), ("é", 1),
    ("語", 2),
    ("😀", 3), ("a\nb", 3),
  ])
  func estimatesTokens(text: String, tokens: Int) throws {
    let embedder = try OpenAIEmbedder(
      OpenAIEmbedderOptions(baseURL: "http://127.0.0.1", model: "m"), dimension: 4, key: nil,
      transport: CurlTransport(.init(proxy: .direct)))
    #expect(embedder.countTokens(text[...]) == tokens)
  }
}
