import Hummingbird
import NIOCore

/// Reads bodies, so many bytes and no longer than that.
struct RequestBodyReader: Sendable {
  /// Bytes.
  var limit: Int
  /// For the whole body: a client that sends a byte now and then keeps nothing busy for longer.
  var timeout: Duration

  /// - Throws: `ServiceError` `.bodyTooLarge`, `.requestTimeout`.
  func read(_ request: Request, limit smaller: Int? = nil) async throws -> [UInt8] {
    let limit = min(limit, smaller ?? limit)
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw tooLarge(limit)
    }
    let timeout = timeout
    return try await withThrowingTaskGroup(of: [UInt8].self) { group in
      group.addTask {
        do {
          let buffer = try await request.body.collect(upTo: limit)
          return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
          throw tooLarge(limit)
        } catch let error as HTTPError where error.status == .contentTooLarge {
          throw tooLarge(limit)
        }
      }
      group.addTask {
        try await Task.sleep(for: timeout)
        throw ServiceError(
          .requestTimeout, "the body did not arrive within \(Int(timeout.milliseconds / 1000)) s")
      }
      defer { group.cancelAll() }
      return try await group.next() ?? []
    }
  }

  private func tooLarge(_ limit: Int) -> ServiceError {
    ServiceError(
      .bodyTooLarge,
      "the body is larger than \(limit) bytes. Send less at a time, or let the server take more (server.max_body_bytes)"
    )
  }
}
