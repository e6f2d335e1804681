import ArgumentParser
import Crypto
import Drift
import Foundation
import IndexStore
import Kernels
import Storage
import Tables

/// Two files that are compared as a command says.
struct FileComparison {
  private let options: DriftCheckCommand
  private let reference: String
  private let current: String
  private let threads: Int

  init(_ options: DriftCheckCommand, reference: String, current: String, threads: Int) {
    self.options = options
    self.reference = reference
    self.current = current
    self.threads = threads
  }

  /// - Throws: `UsageError` for a file that can't be read, `DriftError` and `StorageError` for what is in it.
  func outcome() throws -> DriftOutcome {
    reference.hasSuffix(".npy") ? .embeddings(try vectors()) : .tables(try tables())
  }

  private func tables() throws -> DriftResult {
    let settings = options.settings(threads: threads)
    var types = TableSchema()
    if let schema = options.schema {
      do {
        types = try JSONDecoder().decode(TableSchema.self, from: Data(try bytes(of: schema)))
      } catch let error as DecodingError {
        throw UsageError("\(schema): no schema of columns: \(error)")
      }
    }
    let before = try TableFile(reference).table(types, threads: threads)
    // Both sides are read with the reference's types.
    return try DriftCheck(settings).run(
      reference: before, current: TableFile(current).table(before.schema, threads: threads))
  }

  private func vectors() throws -> EmbeddingResult {
    var settings = EmbeddingSettings()
    settings.alpha = options.alpha
    settings.effectFloor = options.leastEffect
    settings.minimumCount = options.leastRows
    settings.seed = options.seed
    settings.threads = threads
    return try EmbeddingCheck(settings).run(reference: matrix(reference), current: matrix(current))
  }

  private func matrix(_ path: String) throws -> Matrix {
    let file = try NumPyFile<Float>(contentsOf: path)
    return Matrix(rows: file.rows, columns: file.columns, values: file.values)
  }

  private func bytes(of path: String) throws -> [UInt8] {
    do {
      return try Folder.readFile(path)
    } catch {
      throw UsageError("\(path): the file cannot be read: \(error.message)")
    }
  }

  func write(_ outcome: DriftOutcome, to path: String) throws {
    let facts = try [("reference", reference), ("current", current)].flatMap { name, path in
      let hash = Hex.string(SHA256.hash(data: try bytes(of: path)))
      return [(name: name, value: path), (name: "\(name), SHA-256", value: hash)]
    }
    let lines = try options.texts.map { String(decoding: try bytes(of: $0), as: UTF8.self) } ?? ""
    let page = DriftReport(
      outcome, createdAt: Date().ISO8601Format(), facts: facts,
      texts: lines.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    try Data(page.html.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
