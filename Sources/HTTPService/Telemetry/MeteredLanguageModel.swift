import Generation

/// Counts replies, tokens and cost by key, and puts each reply into the trace.
///
/// - Source: OpenTelemetry semantic conventions for generative AI 1.37 (names of attributes).
struct MeteredLanguageModel: LanguageModel {
  private let base: any LanguageModel
  private let metrics: ServiceMetrics
  private let key: String
  private let inputPrice: Double
  private let outputPrice: Double
  private let span: TraceSpan?

  init(
    _ base: any LanguageModel, metrics: ServiceMetrics, key: String, configuration: ServiceConfiguration,
    span: TraceSpan?
  ) {
    self.base = base
    self.metrics = metrics
    self.key = key
    inputPrice = configuration.inputPricePerMillion / 1e6
    outputPrice = configuration.outputPricePerMillion / 1e6
    self.span = span
  }

  var identity: String { base.identity }

  func reply(to messages: [ModelMessage], options: ReplyOptions) -> AsyncThrowingStream<ModelEvent, any Error>
  {
    let span = span?.child("chat \(identity)", kind: .client)
    span?.set("gen_ai.operation.name", .text("chat"))
    span?.set("gen_ai.request.model", .text(identity))
    span?.set("gen_ai.request.max_tokens", .integer(options.maximumTokens))
    let events = base.reply(to: messages, options: options)
    return AsyncThrowingStream { continuation in
      let task = Task {
        do {
          for try await event in events {
            if case .finished(let finish) = event { count(finish, span) }
            continuation.yield(event)
          }
          continuation.finish()
        } catch {
          let code = (error as? GenerationError)?.code.rawValue ?? "cancelled"
          metrics.registry.add(to: "rag_llm_requests_total", ["model": identity, "outcome": code])
          span?.end(error: code)
          continuation.finish(throwing: error)
        }
        // One that was let go of before its end.
        span?.end()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func count(_ finish: ModelFinish, _ span: TraceSpan?) {
    let registry = metrics.registry
    registry.add(to: "rag_llm_requests_total", ["model": finish.model, "outcome": "ok"])
    for (direction, count, price) in [
      ("input", finish.inputTokens, inputPrice), ("output", finish.outputTokens, outputPrice),
    ] {
      guard let count else { continue }
      registry.add(
        Double(count), to: "rag_llm_tokens_total",
        ["key": key, "model": finish.model, "direction": direction])
      registry.add(Double(count) * price, to: "rag_llm_cost_total", ["key": key, "model": finish.model])
      span?.set("gen_ai.usage.\(direction)_tokens", .integer(count))
    }
    span?.set("gen_ai.response.model", .text(finish.model))
    span?.set("gen_ai.response.finish_reasons", .text(finish.reason))
    span?.end()
  }
}
