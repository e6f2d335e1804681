import Foundation
import Glibc

/// Work that gives way to requests: on a thread of its own, which the scheduler puts behind others.
enum BackgroundThread {
  /// - Parameter niceness: 0…19; on Linux it is the thread's own.
  static func run<Value: Sendable>(
    niceness: Int, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        if niceness > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(niceness)) }
        continuation.resume(with: Result { try body() })
      }
    }
  }
}
