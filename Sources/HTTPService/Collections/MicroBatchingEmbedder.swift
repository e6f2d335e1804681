import Embeddings
import Synchronization

/// Embeds together what is asked for at the same time.
///
/// Nothing waits for company: what arrives while all lanes work goes into the next batch. So a lone question is as fast as
/// without. A model in this process has a lane a core: one batch over all cores would wait for its longest text.
package final class MicroBatchingEmbedder: Embedder {
  private struct Waiting {
    var texts: [String]
    var role: EmbeddingRole
    var continuation: CheckedContinuation<EmbeddingBatch, any Error>
  }

  private struct State {
    var working = 0
    var waiting: [Waiting] = []
  }

  private let base: any Embedder
  private let limit: Int
  private let lanes: Int
  private let onBatch: @Sendable (_ size: Int) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - limit: texts of a batch.
  ///   - lanes: batches at a time.
  ///   - onBatch: is told the size of each batch.
  package init(
    _ base: any Embedder, limit: Int = 32, lanes: Int = 1,
    onBatch: @escaping @Sendable (_ size: Int) -> Void = { _ in }
  ) {
    self.base = base
    self.limit = limit
    self.lanes = lanes
    self.onBatch = onBatch
  }

  package var identity: EmbeddingModelIdentity { base.identity }

  package func countTokens(_ text: Substring) -> Int { base.countTokens(text) }

  package func knows(_ letter: Unicode.Scalar) -> Bool { base.knows(letter) }

  package func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch
  {
    // Many texts are a batch of their own.
    guard texts.count < limit else { return try await base.embed(texts, as: role) }
    let isFirst = state.withLock { state in
      guard state.working < lanes else { return false }
      state.working += 1
      return true
    }
    do {
      if isFirst {
        defer { next() }
        onBatch(texts.count)
        return try await base.embed(texts, as: role)
      }
      return try await withCheckedThrowingContinuation { continuation in
        let isLate = state.withLock { state in
          state.waiting.append(Waiting(texts: texts, role: role, continuation: continuation))
          // A lane may have come free since the look at them.
          guard state.working < lanes else { return false }
          state.working += 1
          return true
        }
        if isLate { next() }
      }
    } catch let error as EmbeddingError {
      throw error
    } catch {
      throw EmbeddingError(.providerFailed, "embedding failed: \(error)", underlying: error)
    }
  }

  /// Begins the next batch, or rests where nothing waits.
  private func next() {
    let batch = state.withLock { state -> [Waiting] in
      guard let first = state.waiting.first else {
        state.working -= 1
        return []
      }
      var batch: [Waiting] = []
      var count = 0
      var rest: [Waiting] = []
      // The other lanes get their share of what waits.
      let share = min(limit, (state.waiting.reduce(0) { $0 + $1.texts.count } + lanes - 1) / lanes)
      for waiting in state.waiting {
        if waiting.role == first.role, count + waiting.texts.count <= share || batch.isEmpty {
          batch.append(waiting)
          count += waiting.texts.count
        } else {
          rest.append(waiting)
        }
      }
      state.waiting = rest
      return batch
    }
    guard let role = batch.first?.role else { return }
    Task {
      defer { next() }
      let texts = batch.flatMap(\.texts)
      onBatch(texts.count)
      do {
        let embedded = try await base.embed(texts, as: role)
        var row = 0
        for waiting in batch {
          let rows = row..<(row + waiting.texts.count)
          row = rows.upperBound
          waiting.continuation.resume(returning: embedded.rows(rows))
        }
      } catch {
        for waiting in batch { waiting.continuation.resume(throwing: error) }
      }
    }
  }
}

extension EmbeddingBatch {
  /// Rows of this batch, as one.
  fileprivate func rows(_ range: Range<Int>) -> EmbeddingBatch {
    let columns = matrix.columns
    return EmbeddingBatch(
      matrix: .init(
        rows: range.count, columns: columns,
        values: Array(matrix.values[range.lowerBound * columns..<range.upperBound * columns])),
      tokenCounts: Array(tokenCounts[range]))
  }
}
