import HTTPService
import Synchronization
import Testing

@Suite struct AdmissionGateTests {
  /// Holds all slots until it is let go.
  private final class Holder: Sendable {
    let (stream, source) = AsyncStream<Void>.makeStream()

    func wait() async {
      for await _ in stream { return }
    }
  }

  /// How many are inside, and how many were at most.
  private final class Gauge: Sendable {
    private let counts = Mutex([0, 0])

    var most: Int { counts.withLock { $0[1] } }

    func enter() { counts.withLock { $0 = [$0[0] + 1, max($0[1], $0[0] + 1)] } }
    func leave() { counts.withLock { $0[0] -= 1 } }
  }

  private final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock { $0 } }

    func set() { value.withLock { $0 = true } }
  }

  private func waitUntil(_ condition: @Sendable () -> Bool) async throws {
    for _ in 0..<2000 {
      if condition() { return }
      try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("it never came true")
  }

  @Test func noMoreRunThanThereAreSlots() async throws {
    let gate = AdmissionGate(slots: 3, queue: 1000)
    let running = Gauge()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try await gate.run(deadline: nil) {
            running.enter()
            await Task.yield()
            running.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect((1...3).contains(running.most))
    #expect(gate.load.running == 0 && gate.load.waiting == 0)
  }

  @Test func aFullQueueRefusesAtOnce() async throws {
    let gate = AdmissionGate(slots: 1, queue: 1)
    let holder = Holder()
    let first = Task { try await gate.run(deadline: nil) { await holder.wait() } }
    try await waitUntil { gate.load.running == 1 }
    let second = Task { try await gate.run(deadline: nil) {} }
    try await waitUntil { gate.load.waiting == 1 }
    await #expect {
      try await gate.run(deadline: nil) {}
    } throws: {
      ($0 as? AdmissionError)?.code == .queueFull && ($0 as? AdmissionError)?.retryAfter ?? 0 >= 1
    }
    #expect(throws: AdmissionError.self) { try gate.requirePlace(by: nil) }
    holder.source.finish()
    try await first.value
    try await second.value
  }

  @Test func whatWouldBeTooLateIsNotBegun() async throws {
    let gate = AdmissionGate(slots: 1, queue: 10)
    let holder = Holder()
    let first = Task { try await gate.run(deadline: nil) { await holder.wait() } }
    try await waitUntil { gate.load.running == 1 }
    await #expect {
      try await gate.run(deadline: .now + .milliseconds(1)) {}
    } throws: {
      ($0 as? AdmissionError)?.code == .tooLate
    }
    // One that waited past its deadline is not begun either.
    let wasRun = Flag()
    let late = Task {
      try await gate.run(deadline: .now + .milliseconds(40)) { wasRun.set() }
    }
    try await waitUntil { gate.load.waiting == 1 }
    try await Task.sleep(for: .milliseconds(60))
    holder.source.finish()
    try await first.value
    await #expect(throws: AdmissionError.self) { try await late.value }
    #expect(!wasRun.isSet)
    #expect(gate.load.running == 0 && gate.load.waiting == 0)
  }

  @Test func theCancelledLeaveTheQueue() async throws {
    let gate = AdmissionGate(slots: 1, queue: 10)
    let holder = Holder()
    let first = Task { try await gate.run(deadline: nil) { await holder.wait() } }
    try await waitUntil { gate.load.running == 1 }
    let waiting = (0..<5).map { _ in Task { try await gate.run(deadline: nil) {} } }
    try await waitUntil { gate.load.waiting == 5 }
    for task in waiting[1...3] { task.cancel() }
    try await waitUntil { gate.load.waiting == 2 }
    holder.source.finish()
    try await first.value
    try await waiting[0].value
    try await waiting[4].value
    for task in waiting[1...3] { await #expect(throws: CancellationError.self) { try await task.value } }
    #expect(gate.load.running == 0 && gate.load.waiting == 0)
  }
}
