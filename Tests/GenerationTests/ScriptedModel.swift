import Generation
import Synchronization

/// A language model that says what it is told to, without a server.
struct ScriptedModel: LanguageModel {
  enum Ending: Sendable {
    case finish(String)
    case failure(GenerationError)
    /// The stream ends without an end of the reply.
    case nothing
  }

  /// What was asked.
  final class Log: Sendable {
    private let state = Mutex<[(messages: [ModelMessage], options: ReplyOptions)]>([])

    var messages: [[ModelMessage]] { state.withLock { $0.map(\.messages) } }
    var options: [ReplyOptions] { state.withLock { $0.map(\.options) } }

    fileprivate func append(_ messages: [ModelMessage], _ options: ReplyOptions) {
      state.withLock { $0.append((messages, options)) }
    }
  }

  var identity = "scripted/m"
  var pieces: [String]
  var ending: Ending
  /// Before the first event.
  var delay: Duration?
  let log = Log()

  init(_ pieces: [String], _ ending: Ending = .finish("stop"), delay: Duration? = nil) {
    self.pieces = pieces
    self.ending = ending
    self.delay = delay
  }

  /// `text` a character at a time.
  init(letters text: String) {
    self.init(text.map { String($0) })
  }

  func reply(
    to messages: [ModelMessage], options: ReplyOptions
  ) -> AsyncThrowingStream<ModelEvent, any Error> {
    log.append(messages, options)
    let (pieces, ending, delay, identity) = (pieces, ending, delay, identity)
    return AsyncThrowingStream { continuation in
      let task = Task {
        if let delay { try? await Task.sleep(for: delay) }
        for piece in pieces { continuation.yield(.text(piece)) }
        switch ending {
        case .finish(let reason):
          continuation.yield(
            .finished(ModelFinish(model: identity, reason: reason, inputTokens: 7, outputTokens: 3)))
          continuation.finish()
        case .failure(let error): continuation.finish(throwing: error)
        case .nothing: continuation.finish()
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
