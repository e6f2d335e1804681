import Foundation
import TestSupport
import Testing
import Transport

/// Cancellation, backpressure, shutting down, and what is left behind.
@Suite(.serialized) struct CurlLifeTests {
  static func eventually(_ condition: () -> Bool) async throws -> Bool {
    for _ in 0..<200 {
      if condition() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return condition()
  }

  static var openFiles: Int {
    get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
  }

  @Test(arguments: [[FaultServer.Step.hang], [.head(length: 10), .text("abc"), .hang]])
  func cancelsWithTheTask(steps: [FaultServer.Step]) async throws {
    try await FaultServer.with({ _, _ in steps }) { server in
      let transport = try CurlTransport(.init(proxy: .direct))
      let url = server.url
      let task = Task {
        await failure { () async throws(TransportError) in
          _ = try await transport.send(TransportRequest(.get, url))
        }
      }
      #expect(try await Self.eventually { server.requests.count == 1 })
      let start = ContinuousClock.now
      task.cancel()
      let error = await task.value
      #expect(error?.code == .cancelled)
      #expect(ContinuousClock.now - start < .seconds(1))
      #expect(try await Self.eventually { server.openConnectionCount == 0 })
    }
  }

  @Test func isCancelledBeforeItStarts() async throws {
    try await FaultServer.with({ _, _ in [.response()] }) { server in
      let transport = try CurlTransport(.init(proxy: .direct))
      let url = server.url
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await failure { () async throws(TransportError) in
          _ = try await transport.send(TransportRequest(.get, url))
        }
      }
      #expect(await task.value?.code == .cancelled)
      #expect(server.requests.isEmpty)
    }
  }

  @Test func streamsBytesWhileTheyArrive() async throws {
    let steps: [FaultServer.Step] = [
      .head(length: nil), .chunk("one"), .wait(.milliseconds(200)), .chunk("two"), .wait(.milliseconds(200)),
      .chunk(""),
    ]
    try await FaultServer.with({ _, _ in steps }) { server in
      let transport = try CurlTransport(.init(proxy: .direct))
      let stream = try await transport.stream(TransportRequest(.get, server.url))
      #expect(stream.status == 200)
      var chunks: [String] = []
      for try await bytes in stream.body { chunks.append(String(decoding: bytes, as: UTF8.self)) }
      #expect(chunks == ["one", "two"])
      var iterator = stream.body.makeAsyncIterator()
      #expect(try await iterator.next() == nil)
    }
  }

  @Test func passesOnWhatCameBeforeACut() async throws {
    let steps: [FaultServer.Step] = [.head(length: 10), .text("abc"), .wait(.milliseconds(50)), .reset]
    try await FaultServer.with({ _, _ in steps }) { server in
      let transport = try CurlTransport(.init(proxy: .direct))
      let stream = try await transport.stream(TransportRequest(.get, server.url))
      var iterator = stream.body.makeAsyncIterator()
      #expect(try await iterator.next() == Array("abc".utf8))
      let error = await failure { () async throws(TransportError) in _ = try await iterator.next() }
      #expect(error?.code == .reset)
    }
  }

  /// What has arrived but wasn't read must not pass for a whole, shorter body.
  @Test func cancellingTheReaderOfACompleteBodyIsAnError() async throws {
    try await FaultServer.with({ _, _ in [.response(200, [], "all of it")] }) { server in
      let transport = try CurlTransport(.init(proxy: .direct))
      let stream = try await transport.stream(TransportRequest(.get, server.url))
      try await Task.sleep(for: .milliseconds(100))
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await failure { () async throws(TransportError) in _ = try await stream.body.collect(upTo: 100)
        }
      }
      #expect(await task.value?.code == .cancelled)
    }
  }

  @Test func endsTheTransferWhenTheStreamIsLetGo() async throws {
    try await FaultServer.with({ _, _ in [.head(length: 10), .text("abc"), .hang] }) { server in
      let transport = try CurlTransport(.init(proxy: .direct))
      do {
        let stream = try await transport.stream(TransportRequest(.get, server.url))
        #expect(stream.headers["content-length"] == "10")
        #expect(server.openConnectionCount == 1)
      }
      #expect(try await Self.eventually { server.openConnectionCount == 0 })
    }
  }

  @Test func waitsForASlowReader() async throws {
    let body = [UInt8](repeating: 7, count: 24 << 20)
    try await FaultServer.with({ _, _ in [.head(length: body.count), .bytes(body)] }) { server in
      let transport = try CurlTransport(.init(proxy: .direct))
      let stream = try await transport.stream(
        TransportRequest(.get, server.url, deadlines: TransportDeadlines(idle: .milliseconds(300))))
      // Longer than the idle deadline: the server isn't to blame.
      try await Task.sleep(for: .milliseconds(700))
      var count = 0
      var largest = 0
      for try await bytes in stream.body {
        count += bytes.count
        largest = max(largest, bytes.count)
      }
      #expect(count == body.count)
      #expect(largest <= 256 << 10)
    }
  }

  @Test func shutdownEndsWhatIsUnderWay() async throws {
    try await FaultServer.with({ _, _ in [.hang] }) { server in
      let transport = try CurlTransport(.init(proxy: .direct))
      let url = server.url
      let tasks = (0..<5).map { _ in
        Task {
          await failure { () async throws(TransportError) in
            _ = try await transport.send(TransportRequest(.get, url))
          }
        }
      }
      #expect(try await Self.eventually { server.requests.count == 5 })
      await transport.shutdown()
      for task in tasks { #expect(await task.value?.code == .cancelled) }
      #expect(try await Self.eventually { server.openConnectionCount == 0 })
      let late = await failure { () async throws(TransportError) in
        _ = try await transport.send(TransportRequest(.get, url))
      }
      #expect(late?.code == .cancelled)
      await transport.shutdown()
    }
  }

  @Test func lettingGoOfTheTransportEndsItsThread() async throws {
    try await FaultServer.with({ _, _ in
      [.head(length: 5), .text("ab"), .wait(.milliseconds(100)), .text("cde")]
    }) { server in
      var transport: CurlTransport? = try CurlTransport(.init(proxy: .direct))
      let stream = try await transport?.stream(TransportRequest(.get, server.url))
      transport = nil
      let error = await failure { () async throws(TransportError) in
        _ = try await stream?.body.collect(upTo: 10)
      }
      #expect(error?.code == .cancelled)
      #expect(try await Self.eventually { server.openConnectionCount == 0 })
    }
  }

  /// Other suites open files beside this one, so the count has slack; a leak of one a request is far over it.
  @Test func leaksNoFiles() async throws {
    let script: @Sendable (FaultServer.Request, Int) -> [FaultServer.Step] = { _, index in
      switch index % 5 {
      case 0: [.response(200, [], "ok")]
      case 1: [.close]
      case 2: [.head(length: 10), .text("abc"), .reset]
      case 3: [.response(500, [("Connection", "close")], "no")]
      default: [.head(length: 10), .text("abc"), .hang]
      }
    }
    try await FaultServer.with(script) { server in
      let before = try Self.openFiles
      let transport = try CurlTransport(.init(proxy: .direct))
      for _ in 0..<500 {
        _ = try? await transport.send(
          TransportRequest(.get, server.url, deadlines: TransportDeadlines(idle: .milliseconds(20))))
      }
      await transport.shutdown()
      #expect(try await Self.eventually { ((try? Self.openFiles) ?? .max) <= before + 40 })
      #expect(server.requests.count >= 500)
    }
  }
}
