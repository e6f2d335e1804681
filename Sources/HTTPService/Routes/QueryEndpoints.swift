import Catalog
import Hummingbird
import Retrieval

extension RagService {
  var queryEndpoints: [Endpoint] {
    [
      Endpoint(
        .post, "/query", scope: .query,
        EndpointDescription("Answer a question from a collection, with citations, or abstain.", tag: "query")
          .takes(Schema.reference("Question"))
          .gives(Schema.reference("Answer"))
          .gives(Schema.text, as: "text/event-stream")
      ) { [self] request, context in try await answer(request, context) },
      Endpoint(
        .post, "/search", scope: .query,
        EndpointDescription("Find passages.", tag: "query")
          .takes(Schema.reference("Search"))
          .gives(Schema.reference("Hits"))
      ) { [self] request, context in try await search(request, context) },
    ]
  }

  private func search(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let fields = try await fields(request)
    let reader = QuestionReader(service: self, caller: context.caller)
    let query = try reader.query(fields, text: "query")
    let deadline = try reader.deadline(fields)
    let open = try await collections.collection(try reader.collectionName(fields))
    let result = try await watch.cancelling(context.channel) { [self] in
      try await find(query, in: open, deadline: deadline, span: context.span)
    }
    return Response(json: result.json)
  }

  /// Searches, and counts it.
  func find(
    _ query: RetrievalQuery, in open: ServedCollection, deadline: ContinuousClock.Instant?, span: TraceSpan?
  ) async throws -> RetrievalResult {
    let span = span?.child("retrieve")
    do {
      let retriever = open.tools.retriever(of: open.collection)
      let result = try await gate.run(deadline: deadline) { try await retriever.retrieve(query) }
      metrics.stages(result.timings)
      metrics.registry.add(to: "rag_searches_total", ["outcome": result.hits.isEmpty ? "empty" : "found"])
      note(result, span)
      answers.add(
        ObservedQuestion(
          result, text: query.text, key: observationKey, keepsText: configuration.keepsQuestions),
        collection: open.collection.name)
      span?.end()
      return result
    } catch {
      metrics.registry.add(to: "rag_searches_total", ["outcome": "failed"])
      span?.end(error: "\(ErrorMapping(error).code)")
      throw error
    }
  }

  private func note(_ result: RetrievalResult, _ span: TraceSpan?) {
    if let cosine = result.hits.first?.denseScore {
      metrics.registry.record(Double(cosine), in: "rag_retrieval_top_score")
    }
    guard let span else { return }
    span.set("rag.collection", .text(result.snapshot.collection.name))
    span.set("rag.mode", .text(result.mode.rawValue))
    span.set("rag.hits", .integer(result.hits.count))
    if let degraded = result.degraded { span.set("rag.degraded", .text(degraded)) }
    for (stage, milliseconds) in result.timings.sorted(by: { $0.key < $1.key }) {
      span.add(child: stage, seconds: milliseconds / 1000)
    }
  }

  private func answer(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let fields = try await fields(request)
    let reader = QuestionReader(service: self, caller: context.caller)
    let question = try reader.question(fields)
    let isStreamed = try fields.bool("stream") ?? false
    let open = try await collections.collection(try reader.collectionName(fields))
    guard isStreamed else {
      let answered = try await watch.cancelling(context.channel) { [self] in
        try await ask(question, of: open, context)
      }
      return Response(json: answered.json)
    }
    // Refused at once, with a status that says so, and not in the middle of a stream.
    try gate.requirePlace(by: question.deadline)
    let requestID = context.requestID
    return EventStream.response(on: context.channel, watch: watch) { [self] send in
      do {
        let answered = try await ask(question, of: open, context) { event in
          try? await send(event.name, event.json.description)
        }
        try await send("done", answered.json.description)
      } catch {
        try? await send("error", ErrorMapping(error).json(requestID: requestID).description)
      }
    }
  }

  /// Answers, and counts, keeps and traces what was done.
  func ask(
    _ question: AskedQuestion, of open: ServedCollection, _ context: ServiceContext,
    onEvent: @escaping @Sendable (AnsweredQuestion.Event) async -> Void = { _ in }
  ) async throws -> AnsweredQuestion {
    try await ask(
      question, of: open, caller: context.caller, span: context.span, requestID: context.requestID,
      onEvent: onEvent)
  }

  func ask(
    _ question: AskedQuestion, of open: ServedCollection, caller: Caller, span: TraceSpan?, requestID: String,
    onEvent: @escaping @Sendable (AnsweredQuestion.Event) async -> Void = { _ in }
  ) async throws -> AnsweredQuestion {
    var tools = open.tools
    if let model = tools.model {
      tools.model = MeteredLanguageModel(
        model, metrics: metrics, key: caller.name, configuration: configuration, span: span)
    }
    do {
      let answered = try await AnsweredQuestion.ask(question, of: open.collection, with: tools, gate: gate) {
        [self] event in
        if case .retrieval(let found) = event {
          let child = span?.child("retrieve")
          note(found.result, child)
          child?.end()
        }
        await onEvent(event)
      }
      metrics.stages(answered.timings)
      let outcome: ServiceMetrics.QueryOutcome =
        answered.degraded != nil ? .degraded : answered.answer.text == nil ? .abstained : .answered
      metrics.registry.add(to: "rag_queries_total", ["outcome": outcome.rawValue])
      span?.set("rag.answer_id", .text(answered.id))
      span?.set("rag.outcome", .text(outcome.rawValue))
      answers.add(answered.record)
      answers.add(
        answered.observation(key: observationKey, keepsText: configuration.keepsQuestions),
        collection: open.collection.name)
      if configuration.logsQuestions {
        log.log(
          .info, "question",
          [
            ("request_id", .string(requestID)), ("answer_id", .string(answered.id)),
            ("question", .string(question.query.text)),
          ])
      }
      return answered
    } catch {
      metrics.registry.add(to: "rag_queries_total", ["outcome": ServiceMetrics.QueryOutcome.failed.rawValue])
      throw error
    }
  }
}

extension AnsweredQuestion.Event {
  /// Name of the server-sent event.
  var name: String {
    switch self {
    case .retrieval: "retrieval"
    case .answer(.delta): "delta"
    case .answer(.citation): "citation"
    }
  }

  var json: JSONValue {
    switch self {
    case .retrieval(let found):
      var members: [(String, JSONValue)] = [("question", .string(found.asked))]
      if !found.expansions.isEmpty {
        members.append(("expansions", .array(found.expansions.map { .string($0) })))
      }
      members += [
        ("chunks", .array(found.result.hits.enumerated().map { $1.json(rank: $0 + 1) })),
        ("timings_ms", JSONValue(timings: found.timings)), ("degraded", JSONValue(found.degraded)),
      ]
      return .object(members)
    case .answer(.delta(let text)): return .object([("text", .string(text))])
    case .answer(.citation(let citation)): return citation.json
    }
  }
}
