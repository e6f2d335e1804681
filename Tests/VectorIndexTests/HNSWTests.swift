import Foundation
import Kernels
import Storage
import TestSupport
import Testing
import VectorIndex

@Suite struct HNSWTests {
  let folder = TemporaryFolder()

  /// Points around centres, as embeddings lie; `clusters` 0 means no clusters.
  func vectors(_ count: Int, _ dimension: Int, clusters: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    func normal() -> Float {
      let u = Float.random(in: Float.leastNonzeroMagnitude..<1, using: &generator)
      let v = Float.random(in: 0..<1, using: &generator)
      return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
    }
    let centres = (0..<max(1, clusters)).map { _ in (0..<dimension).map { _ in normal() } }
    var values: [Float] = []
    for _ in 0..<count {
      let centre = centres[Int.random(in: 0..<centres.count, using: &generator)]
      for column in 0..<dimension {
        values.append(clusters == 0 ? normal() : centre[column] + 0.5 * normal())
      }
    }
    return Matrix(rows: count, columns: dimension, values: values)
  }

  func index(
    _ matrix: Matrix, metric: Metric = .cosine, threads: Int = 2, name: String = "a",
    parameters: HNSWParameters = HNSWParameters()
  ) throws -> HNSWReader {
    try Folder.create(folder(name))
    let rows = VectorRowsBuilder(matrix, metric: metric)
    _ = try VectorRowsSerializer.write(rows, to: folder(name))
    let graph = HNSWBuilder(rows, parameters: parameters, threads: threads)
    _ = try HNSWSerializer.write(graph, to: folder(name))
    let reader = try HNSWReader(
      folder: folder(name),
      rows: try VectorRowsReader(
        folder: folder(name), count: matrix.rows, dimension: matrix.columns, metric: metric),
      parameters: parameters)
    try reader.verify()
    return reader
  }

  func recall(_ reader: HNSWReader, _ queries: Matrix, k: Int, allowed: OrdinalSet?) -> Double {
    var found = 0
    var wanted = 0
    for row in 0..<queries.rows {
      let query = queries.row(row)
      let truth = FlatIndex(reader.rows).search(query, k: k, allowed: allowed)
      let hits = reader.search(query, k: k, allowed: allowed).hits
      #expect(hits.count == truth.count)
      #expect(zip(hits, hits.dropFirst()).allSatisfy { ScoredOrdinal.ranks($0, before: $1) })
      if let allowed { #expect(hits.allSatisfy { allowed.contains($0.ordinal) }) }
      let exact = FlatIndex(reader.rows).scores(query, ordinals: hits.map(\.ordinal))
      #expect(exact == hits.map(\.score))
      found += Set(truth.map(\.ordinal)).intersection(hits.map(\.ordinal)).count
      wanted += truth.count
    }
    return wanted == 0 ? 1 : Double(found) / Double(wanted)
  }

  @Test(arguments: [
    (4000, 24, 0, Metric.cosine), (4000, 100, 40, .cosine), (4000, 33, 40, .innerProduct),
    (4000, 48, 40, .l2Squared), (4000, 7, 0, .l2Squared),
  ])
  func findsWhatAScanFinds(count: Int, dimension: Int, clusters: Int, metric: Metric) throws {
    let seed = UInt64(count + dimension + clusters)
    let all = vectors(count + 50, dimension, clusters: clusters, seed: seed)
    let base = Matrix(
      rows: count, columns: dimension, values: Array(all.values[..<(count * dimension)]))
    let queries = Matrix(rows: 50, columns: dimension, values: Array(all.values[(count * dimension)...]))
    let reader = try index(base, metric: metric)
    var generator = SeededGenerator(seed: seed)
    for share in [1.0, 0.99, 0.5, 0.2, 0.05, 0.001, 0] {
      let allowed =
        share == 1
        ? nil
        : OrdinalSet(
          universe: count,
          (0..<Ordinal(count)).filter { _ in Double.random(in: 0..<1, using: &generator) < share })
      let recall = recall(reader, queries, k: 10, allowed: allowed)
      #expect(recall >= 0.95, "seed \(seed), share \(share), \(metric)")
    }
  }

  @Test(arguments: [0, 1, 2, 3, 40, 999, 1000, 1001])
  func smallIndexes(count: Int) throws {
    let matrix = vectors(count, 16, clusters: 3, seed: UInt64(count) + 5)
    let reader = try index(matrix)
    let hits = reader.search([Float](repeating: 0.25, count: 16), k: 10).hits
    #expect(hits.count == min(10, count))
    #expect(reader.search([Float](repeating: 0.25, count: 16), k: count + 5).hits.count == count)
  }

  @Test func bytesDoNotDependOnThreads() throws {
    let matrix = vectors(3000, 32, clusters: 20, seed: 8)
    _ = try index(matrix, threads: 1, name: "one")
    _ = try index(matrix, threads: 2, name: "two")
    _ = try index(matrix, threads: 5, name: "five")
    for name in ["graph.hnsw", "vectors.f32", "vectors.i8"] {
      let one = try Folder.readFile(folder("one/" + name))
      #expect(try Folder.readFile(folder("two/" + name)) == one)
      #expect(try Folder.readFile(folder("five/" + name)) == one)
    }
  }

  @Test func equalAndZeroVectorsBreakNothing() throws {
    var values = [Float](repeating: 0, count: 1500 * 8)
    for row in 0..<1000 { for column in 0..<8 { values[row * 8 + column] = 1 } }
    let reader = try index(Matrix(rows: 1500, columns: 8, values: values))
    let hits = reader.search([Float](repeating: 1, count: 8), k: 5).hits
    #expect(hits.count == 5)
    #expect(hits.allSatisfy { $0.ordinal < 1000 && abs($0.score - 1) < 1e-5 })
    #expect(reader.search([Float](repeating: 0, count: 8), k: 5).hits.count == 5)
  }

  /// Boilerplate comes often in documents: each copy must be found when the others may not be returned.
  @Test func everyCopyOfAVectorIsFound() throws {
    let count = 6000
    var matrix = vectors(count, 16, clusters: 10, seed: 12)
    let copies = (0..<Ordinal(count)).filter { $0 % 3 == 0 }
    for copy in copies {
      for column in 0..<16 { matrix.values[Int(copy) * 16 + column] = matrix.values[column] }
    }
    let reader = try index(matrix)
    // Too many to be scanned: walks must get there.
    for keptOut in 0..<4 {
      let allowed = OrdinalSet(
        universe: count, (0..<Ordinal(count)).filter { $0 % 3 != 0 || Int($0) / 3 % 4 == keptOut })
      let hits = reader.search(matrix.row(0), k: 400, efSearch: 400, allowed: allowed).hits
      #expect(hits.count == 400)
      #expect(hits.allSatisfy { $0.ordinal % 3 == 0 }, "\(hits.count { $0.ordinal % 3 == 0 }) copies")
    }
  }

  /// A filter that leaves too many rows for an exact scan and too few for a walk.
  @Test(arguments: [Metric.cosine, .innerProduct, .l2Squared])
  func scanOfAllowedRows(metric: Metric) throws {
    let all = vectors(20_000, 24, clusters: 30, seed: 3)
    let reader = try index(all, metric: metric)
    let allowed = OrdinalSet(universe: 20_000, (0..<Ordinal(20_000)).filter { $0 % 8 == 5 })
    #expect(reader.search(all.row(3), k: 10, allowed: allowed).statistics.distances == 2500)
    #expect(recall(reader, vectors(40, 24, clusters: 30, seed: 9), k: 10, allowed: allowed) >= 0.99)
  }

  @Test func damageIsAnError() throws {
    let matrix = vectors(1200, 16, clusters: 3, seed: 4)
    _ = try index(matrix)
    var generator = SeededGenerator(seed: 4)
    for (name, kind) in [("graph.hnsw", FileKind.graphHNSW), ("vectors.f32", .vectorsFloat32)] {
      let whole = try Folder.readFile(folder("a/" + name))
      var noticed = 0
      for _ in 0..<30 {
        var payload = Array(whole[64..<whole.count - 16])
        let place = Int.random(in: 0..<payload.count, using: &generator)
        payload[place] = 0xFF
        var writer = try FramedFileWriter(path: folder("a/" + name), kind: kind)
        try writer.append(contentsOf: payload)
        _ = try writer.finish()
        do {
          let rows = try VectorRowsReader(folder: folder("a"), count: 1200, dimension: 16, metric: .cosine)
          try HNSWReader(folder: folder("a"), rows: rows, parameters: HNSWParameters()).verify()
        } catch {
          #expect(error.code == .corrupted)
          noticed += 1
        }
      }
      if name == "graph.hnsw" { #expect(noticed > 10) }
      try Folder.writeFile(whole, to: folder("a/" + name))
    }
  }
}
