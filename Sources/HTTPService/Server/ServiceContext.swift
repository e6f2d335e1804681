import Hummingbird
import NIOCore

/// What is known of a request beside what was sent.
struct ServiceContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The connection.
  let channel: any Channel
  /// Seen by whoever sent it, and in the log.
  var requestID = ""
  var caller = Caller.everybody
  /// Place in a trace, where tracing is on.
  var span: TraceSpan?

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
