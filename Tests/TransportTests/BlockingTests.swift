import Dispatch
import Synchronization
import Testing
import Transport

@Suite struct BlockingTests {
  private struct Refusal: Error, Equatable {}

  /// More waiting threads than the cooperative pool or a dispatch queue has.
  @Test func waitingStarvesNobody() async throws {
    let sum = await withTaskGroup(of: Int.self) { group in
      for number in 0..<64 {
        group.addTask { (try? Self.waited(number)) ?? -1 }
      }
      return await group.reduce(0, +)
    }
    #expect(sum == 3 * 64 * 63 / 2)
    let numbers = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 300) { number in
      let value = try? Self.waited(number)
      numbers.withLock { $0 += value ?? -1 }
    }
    #expect(numbers.withLock { $0 } == 3 * 300 * 299 / 2)
  }

  /// Three times the number, through tasks of its own.
  private static func waited(_ number: Int) throws -> Int {
    try Blocking.wait {
      try await Task.sleep(for: .milliseconds(1))
      return await withTaskGroup(of: Int.self) { group in
        for part in 0..<3 { group.addTask { number * part } }
        return await group.reduce(0, +)
      }
    }
  }

  @Test func errorsComeThrough() {
    #expect(throws: Refusal()) { try Blocking.wait { throw Refusal() } }
  }
}
