import NIOCore
import Synchronization

/// Tells who serves a request that its client has hung up.
final class ConnectionWatch: Sendable {
  private struct Entry {
    var isClosed = false
    var onClose: (@Sendable () -> Void)?
  }

  private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

  /// For the pipeline of each connection.
  func handler() -> any RemovableChannelHandler { Handler(watch: self) }

  /// Runs `body`, and cancels it when the client of `channel` goes away.
  ///
  /// - Throws: `CancellationError` then, and what `body` throws.
  func cancelling<Value: Sendable>(
    _ channel: any Channel, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let task = Task { try await body() }
    watch(channel) { task.cancel() }
    defer { watch(channel, nil) }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private func watch(_ channel: any Channel, _ onClose: (@Sendable () -> Void)?) {
    let id = ObjectIdentifier(channel)
    let isClosed = entries.withLock { entries in
      // A connection without a handler is a test's, which has no socket.
      guard entries[id] != nil else { return false }
      entries[id]?.onClose = onClose
      return entries[id]?.isClosed ?? false
    }
    if isClosed { onClose?() }
  }

  private func opened(_ channel: any Channel) {
    entries.withLock { $0[ObjectIdentifier(channel)] = Entry() }
  }

  private func closed(_ channel: any Channel) {
    let onClose = entries.withLock { entries -> (@Sendable () -> Void)? in
      let id = ObjectIdentifier(channel)
      defer { entries[id]?.onClose = nil }
      entries[id]?.isClosed = true
      return entries[id]?.onClose
    }
    onClose?()
  }

  private func gone(_ channel: any Channel) {
    _ = entries.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  private final class Handler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let watch: ConnectionWatch

    init(watch: ConnectionWatch) {
      self.watch = watch
    }

    func handlerAdded(context: ChannelHandlerContext) { watch.opened(context.channel) }

    func handlerRemoved(context: ChannelHandlerContext) { watch.gone(context.channel) }

    func channelInactive(context: ChannelHandlerContext) {
      watch.closed(context.channel)
      context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case .some(.inputClosed) = event as? ChannelEvent { watch.closed(context.channel) }
      context.fireUserInboundEventTriggered(event)
    }
  }
}
