import Hummingbird
import NIOCore
import Synchronization

/// What is known of a request beside what was sent.
struct ServiceContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The connection.
  let channel: any Channel
  /// Seen by whoever sent it, and in the log.
  var requestID = ""
  var caller: Caller {
    get { identified.withLock { $0 } }
    nonmutating set { identified.withLock { $0 = newValue } }
  }
  private let identified = CallerBox()
  /// Place in a trace, where tracing is on.
  var span: TraceSpan?

  /// Shared by all layers: who it is is found out behind the one that writes the log.
  private final class CallerBox: Sendable {
    private let caller = Mutex(Caller.everybody)

    func withLock<Value: Sendable>(_ body: (inout sending Caller) -> sending Value) -> Value {
      caller.withLock(body)
    }
  }

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
