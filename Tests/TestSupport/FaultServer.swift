import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A loopback HTTP/1.1 server that answers by a script, faults included.
package final class FaultServer: Sendable {
  /// A request as it came.
  package struct Request: Sendable {
    package var method: String
    package var uri: String
    /// Names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package func header(_ name: String) -> String? {
      headers.first { $0.name == name }?.value
    }
  }

  /// One thing that the server does; a reply is a list of them.
  package enum Step: Sendable {
    case wait(Duration)
    /// Raw bytes, status line and headers included.
    case bytes([UInt8])
    /// Ends the connection in order.
    case close
    /// Ends it with a TCP reset.
    case reset
    /// Keeps the connection open and says no more.
    case hang
  }

  package let port: Int
  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel
  private let log: RequestLog

  /// - Parameter reply: what to do about a request; `index` counts from 0 over all connections.
  package init(
    _ reply: @escaping @Sendable (_ request: Request, _ index: Int) -> [Step]
  ) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let log = RequestLog()
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          log.connected()
          let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
          try channel.pipeline.syncOperations.addHandler(decoder)
          try channel.pipeline.syncOperations.addHandler(ScriptHandler(log: log, reply: reply))
        }
      }
    channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
    self.group = group
    self.log = log
    port = channel.localAddress?.port ?? 0
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  package var requests: [Request] { log.requests }
  /// Connections accepted so far.
  package var connectionCount: Int { log.connectionCount }
  /// Connections that are open now.
  package var openConnectionCount: Int { log.openConnectionCount }

  package func stop() async throws {
    try await channel.close()
    try await group.shutdownGracefully()
  }

  /// A port where nobody listens.
  package static func refusedPort() async throws -> Int {
    let server = try await FaultServer { _, _ in [] }
    try await server.stop()
    return server.port
  }

  /// Runs `body` with a server that is stopped afterwards.
  package static func with<Value: Sendable>(
    _ reply: @escaping @Sendable (_ request: Request, _ index: Int) -> [Step],
    _ body: (FaultServer) async throws -> Value
  ) async throws -> Value {
    let server = try await FaultServer(reply)
    do {
      let value = try await body(server)
      try await server.stop()
      return value
    } catch {
      try? await server.stop()
      throw error
    }
  }
}

extension FaultServer.Step {
  package static func text(_ text: String) -> FaultServer.Step { .bytes(Array(text.utf8)) }

  /// A head that announces `length` bytes, or chunks when it is `nil`.
  package static func head(
    _ status: Int = 200, _ headers: [(String, String)] = [], length: Int?
  ) -> FaultServer.Step {
    var text = "HTTP/1.1 \(status) Scripted\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    text += length.map { "Content-Length: \($0)\r\n\r\n" } ?? "Transfer-Encoding: chunked\r\n\r\n"
    return .text(text)
  }

  /// A chunk of a chunked body; an empty one ends it.
  package static func chunk(_ body: String) -> FaultServer.Step {
    .text(String(body.utf8.count, radix: 16) + "\r\n" + body + "\r\n")
  }

  /// A complete response.
  package static func response(
    _ status: Int = 200, _ headers: [(String, String)] = [], _ body: String = ""
  ) -> FaultServer.Step {
    guard case .bytes(let head) = head(status, headers, length: body.utf8.count) else { return .hang }
    return .bytes(head + Array(body.utf8))
  }
}

/// What the server has seen.
private final class RequestLog: Sendable {
  private struct State {
    var requests: [FaultServer.Request] = []
    var connections = 0
    var openConnections = 0
  }

  private let state = Mutex(State())

  var requests: [FaultServer.Request] { state.withLock { $0.requests } }
  var connectionCount: Int { state.withLock { $0.connections } }
  var openConnectionCount: Int { state.withLock { $0.openConnections } }

  func connected() {
    state.withLock {
      $0.connections += 1
      $0.openConnections += 1
    }
  }

  func disconnected() {
    state.withLock { $0.openConnections -= 1 }
  }

  /// - Returns: the request's index.
  func append(_ request: FaultServer.Request) -> Int {
    state.withLock { state in
      state.requests.append(request)
      return state.requests.count - 1
    }
  }
}

/// Collects requests of one connection and performs the replies to them, one after the other.
private final class ScriptHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = ByteBuffer

  private let log: RequestLog
  private let reply: @Sendable (FaultServer.Request, Int) -> [FaultServer.Step]
  private var request: FaultServer.Request?

  init(log: RequestLog, reply: @escaping @Sendable (FaultServer.Request, Int) -> [FaultServer.Step]) {
    self.log = log
    self.reply = reply
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      request = FaultServer.Request(
        method: head.method.rawValue, uri: head.uri,
        headers: head.headers.map { ($0.name.lowercased(), $0.value) }, body: [])
    case .body(let buffer):
      request?.body += Array(buffer.readableBytesView)
    case .end:
      guard let request else { return }
      self.request = nil
      let index = log.append(request)
      Self.perform(reply(request, index)[...], on: context.channel)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    log.disconnected()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private static func perform(_ steps: ArraySlice<FaultServer.Step>, on channel: any Channel) {
    guard channel.isActive, let step = steps.first else { return }
    let rest = steps.dropFirst()
    switch step {
    case .wait(let duration):
      let (seconds, attoseconds) = duration.components
      let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
      channel.eventLoop.scheduleTask(in: .nanoseconds(nanoseconds)) { perform(rest, on: channel) }
    case .bytes(let bytes):
      channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenSuccess { perform(rest, on: channel) }
    case .close:
      channel.close(promise: nil)
    case .reset:
      guard let options = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
      options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    case .hang:
      break
    }
  }
}
