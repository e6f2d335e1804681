/// Asks one model, and another one when the first fails before its first word.
package struct FallbackLanguageModel: LanguageModel {
  private let first: any LanguageModel
  private let second: any LanguageModel

  package init(_ first: any LanguageModel, else second: any LanguageModel) {
    self.first = first
    self.second = second
  }

  package var identity: String { "\(first.identity) else \(second.identity)" }

  package func reply(
    to messages: [ModelMessage], options: ReplyOptions
  ) -> AsyncThrowingStream<ModelEvent, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        let start = ContinuousClock.now
        var hasSpoken = false
        do {
          // Half of the time is kept for the second one.
          var ofFirst = options
          ofFirst.deadline = options.deadline.map { $0 / 2 }
          do {
            for try await event in first.reply(to: messages, options: ofFirst) {
              hasSpoken = true
              continuation.yield(event)
            }
          } catch  where !hasSpoken && !Task.isCancelled {
            var ofSecond = options
            ofSecond.deadline = options.deadline.map { $0 - start.duration(to: .now) }
            for try await event in second.reply(to: messages, options: ofSecond) { continuation.yield(event) }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
