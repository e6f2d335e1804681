import Synchronization

/// Results of parallel work, each set once at its own place.
final class ResultSlots<Value: Sendable>: Sendable {
  private let slots: Mutex<[Value?]>

  init(count: Int) {
    slots = Mutex([Value?](repeating: nil, count: count))
  }

  func set(_ value: Value, at index: Int) {
    slots.withLock { $0[index] = value }
  }

  /// What was set, in order.
  func values() -> [Value] {
    slots.withLock { $0.compactMap { $0 } }
  }
}
