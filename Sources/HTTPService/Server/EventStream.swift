import Hummingbird
import NIOCore
import Synchronization

/// Server-sent events: what `body` sends goes out at once, and a heartbeat where nothing does for a while.
///
/// - Source: HTML living standard, section 9.2.
struct EventStream: Sendable {
  static let heartbeat = Duration.seconds(15)

  /// Sends one event.
  typealias Send = @Sendable (_ event: String?, _ data: String) async throws -> Void

  /// - Parameters:
  ///   - watch: cancels `body` when the client goes away.
  ///   - onEnd: called when the last byte is written, or the client has gone.
  static func response(
    on channel: any Channel, watch: ConnectionWatch, heartbeat: Duration = Self.heartbeat,
    _ body: @escaping @Sendable (@escaping Send) async -> Void
  ) -> Response {
    Response(
      status: .ok,
      headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"],
      body: ResponseBody { writer in
        let (stream, source) = AsyncStream<ByteBuffer>.makeStream()
        let clock = LastSent()
        let pulse = Task {
          while !Task.isCancelled {
            try await Task.sleep(for: heartbeat)
            if clock.age >= heartbeat * 0.9 { source.yield(ByteBuffer(string: ": heartbeat\n\n")) }
          }
        }
        let work = Task {
          _ = try? await watch.cancelling(channel) {
            await body { event, data in
              try Task.checkCancellation()
              clock.tick()
              source.yield(ByteBuffer(string: Self.frame(event: event, data: data)))
            }
          }
          pulse.cancel()
          source.finish()
        }
        do {
          for await buffer in stream { try await writer.write(buffer) }
          try await writer.finish(nil)
        } catch {
          work.cancel()
          pulse.cancel()
          throw error
        }
      })
  }

  static func frame(event: String?, data: String) -> String {
    var text = event.map { "event: \($0)\n" } ?? ""
    for line in data.split(separator: "\n", omittingEmptySubsequences: false) { text += "data: \(line)\n" }
    return text + "\n"
  }
}

/// When something last went out.
private final class LastSent: Sendable {
  private let time = Mutex(ContinuousClock.now)

  var age: Duration { time.withLock { $0.duration(to: .now) } }

  func tick() { time.withLock { $0 = .now } }
}
