import Kernels
import Synchronization

/// Memory that a search works in; searches that follow one another use the same.
final class SearchScratch: @unchecked Sendable {
  // Unchecked: one search has it at a time.

  /// Chunks that are scored together: their sums stay near the processor.
  static let windowSize = 1 << 15

  /// Sums of the chunks of a window; zeros between windows.
  let sums: UnsafeMutablePointer<Int32>
  /// Candidates of a window: places in it, and sums so far.
  let places: UnsafeMutablePointer<UInt32>
  let values: UnsafeMutablePointer<Int32>
  /// The block at hand.
  let ordinals: UnsafeMutablePointer<UInt32>
  let frequencies: UnsafeMutablePointer<UInt32>
  let steps: UnsafeMutablePointer<Int32>
  private var numbers: UnsafeMutablePointer<Int32>
  private var numberCount = 0
  private var used = 0

  private static let pool = Mutex<[SearchScratch]>([])
  /// Scratches that are kept while no search runs.
  private static let kept = 16

  private init() {
    sums = .allocate(capacity: Self.windowSize)
    sums.initialize(repeating: 0, count: Self.windowSize)
    places = .allocate(capacity: Self.windowSize + 64)
    values = .allocate(capacity: Self.windowSize + 64)
    ordinals = .allocate(capacity: PostingKernels.blockSize)
    frequencies = .allocate(capacity: PostingKernels.blockSize)
    steps = .allocate(capacity: PostingKernels.blockSize)
    numbers = .allocate(capacity: 1)
  }

  deinit {
    sums.deallocate()
    places.deallocate()
    values.deallocate()
    ordinals.deallocate()
    frequencies.deallocate()
    steps.deallocate()
    numbers.deallocate()
  }

  static func with<Result>(_ body: (SearchScratch) -> Result) -> Result {
    let scratch = pool.withLock { $0.popLast() } ?? SearchScratch()
    defer { pool.withLock { if $0.count < kept { $0.append(scratch) } } }
    return body(scratch)
  }

  /// Makes room for `count` numbers in all; what was taken before is gone.
  func reserve(_ count: Int) {
    used = 0
    guard count > numberCount else { return }
    numbers.deallocate()
    numbers = .allocate(capacity: count)
    numberCount = count
  }

  /// Takes `count` numbers of the room, as they happen to be.
  func take(_ count: Int) -> UnsafeMutablePointer<Int32> {
    precondition(used + count <= numberCount, "\(count) numbers more than were reserved")
    defer { used += count }
    return numbers + used
  }
}
