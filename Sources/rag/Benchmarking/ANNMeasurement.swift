import Evaluation
import Foundation
import HTTPService
import Kernels
import Storage
import VectorIndex

/// Builds, opens and searches one vector index, and says what each took.
struct ANNMeasurement {
  let folder: String
  let metric: Metric
  let parameters: HNSWParameters
  let k: Int
  let rounds: Int
  let threads: Int

  private var shape: String { folder + "/shape" }

  struct Opening {
    var reader: HNSWReader
    var queries: Matrix
    /// From before the files were mapped until the first query was answered.
    var milliseconds: Double
  }

  /// Builds the index unless it is there.
  ///
  /// - Returns: what it took; null where it was there.
  /// - Throws: `StorageError`.
  func build(_ path: String) throws -> JSONValue {
    if (try? Folder.readFile(shape)) != nil { return .null }
    let file = try NumPyFile<Float>(contentsOf: path)
    let matrix = Matrix(rows: file.rows, columns: file.columns, values: file.values)
    try Folder.create(folder)
    let start = ProcessUsage.now
    let rows = VectorRowsBuilder(matrix, metric: metric)
    let graph = HNSWBuilder(rows, parameters: parameters, threads: threads)
    let used = ProcessUsage.since(start)
    _ = try VectorRowsSerializer.write(rows, to: folder)
    _ = try HNSWSerializer.write(graph, to: folder)
    try Folder.writeFile(Array("\(file.rows) \(file.columns)".utf8), to: shape)
    return .object([
      ("cpu_s", .number(used.cpu)), ("wall_s", .number(used.wall)),
      ("vectors_per_cpu_s", .number(Double(file.rows) / used.cpu)),
      ("vectors_per_s", .number(Double(file.rows) / used.wall)),
    ])
  }

  /// Maps the index and answers one query.
  ///
  /// - Throws: `StorageError`.
  func open(_ path: String) throws -> Opening {
    let file = try NumPyFile<Float>(contentsOf: path)
    let queries = Matrix(rows: file.rows, columns: file.columns, values: file.values)
    let size = String(decoding: try Folder.readFile(shape), as: UTF8.self).split(separator: " ").compactMap {
      Int($0)
    }
    guard size.count == 2, size[1] == queries.columns, queries.rows > 0 else {
      throw StorageError.corrupted(path, "the index is of other vectors than the queries")
    }
    let first = queries.row(0)
    let start = ProcessUsage.now
    let rows = try VectorRowsReader(folder: folder, count: size[0], dimension: size[1], metric: metric)
    let reader = try HNSWReader(folder: folder, rows: rows, parameters: parameters)
    _ = reader.search(first, k: k)
    return Opening(reader: reader, queries: queries, milliseconds: ProcessUsage.since(start).wall * 1000)
  }

  /// The true neighbours of each query, read or found by a scan.
  ///
  /// - Throws: `StorageError`.
  func truth(_ path: String?, _ opening: Opening) throws -> [Set<Ordinal>] {
    guard let path else { return exact(opening, allowed: nil) }
    let file = try NumPyFile<Int32>(contentsOf: path)
    guard file.rows == opening.queries.rows, file.columns >= k else {
      throw StorageError.corrupted(path, "it holds \(file.rows) × \(file.columns) neighbours")
    }
    return (0..<file.rows).map { row in
      Set(file.values[row * file.columns..<row * file.columns + k].map { Ordinal(bitPattern: $0) })
    }
  }

  /// Bytes a vector in each file; `hot` are those that a walk reads.
  func bytesPerVector(_ opening: Opening) -> JSONValue {
    let count = Double(max(1, opening.reader.rows.count))
    func bytes(_ name: String) -> Double {
      Double((try? FileStamp(of: folder + "/" + name).bytes) ?? 0) / count
    }
    let rows = bytes(VectorRowsSerializer.bytesName)
    let graph = bytes(HNSWSerializer.name)
    return .object([
      ("rows_int8", .number(rows)), ("graph", .number(graph)), ("hot", .number(rows + graph)),
      ("rows_float32", .number(bytes(VectorRowsSerializer.floatsName))),
    ])
  }

  /// Searches with all queries at one breadth.
  func search(ef: Int, _ opening: Opening, _ truth: [Set<Ordinal>]) -> JSONValue {
    let queries = (0..<opening.queries.rows).map { opening.queries.row($0) }
    let reader = opening.reader
    var found = 0
    var distances = 0
    for (query, wanted) in zip(queries, truth) {
      let (hits, statistics) = reader.search(query, k: k, efSearch: ef)
      found += hits.count { wanted.contains($0.ordinal) }
      distances += statistics.distances
    }
    var seconds = [Double]()
    var latencies = [Double]()
    var concurrent = [Double]()
    for _ in 0..<rounds {
      let start = ProcessUsage.now
      var last = start.wall
      for query in queries {
        _ = reader.search(query, k: k, efSearch: ef)
        let now = ProcessUsage.now.wall
        latencies.append(now - last)
        last = now
      }
      seconds.append(ProcessUsage.since(start).wall)
      guard threads > 1 else { continue }
      let began = ProcessUsage.now
      Parallel.forEach(threads, threads: threads) { _ in
        for query in queries { _ = reader.search(query, k: k, efSearch: ef) }
      }
      concurrent.append(ProcessUsage.since(began).wall)
    }
    let count = Double(queries.count)
    var members: [(String, JSONValue)] = [
      ("ef", .integer(ef)), ("recall", .number(Double(found) / (count * Double(k)))),
      ("queries_per_s", .number(count / Self.quantile(seconds, 0.5))),
      ("p50_us", .number(Self.quantile(latencies, 0.5) * 1e6)),
      ("p99_us", .number(Self.quantile(latencies, 0.99) * 1e6)),
      ("distances_per_query", .number(Double(distances) / count)),
    ]
    if threads > 1 {
      members.append(
        ("concurrent_queries_per_s", .number(count * Double(threads) / Self.quantile(concurrent, 0.5))))
    }
    return .object(members)
  }

  /// Searches with a filter that allows a share of the vectors, drawn by a fixed seed.
  func filtered(share: Double, ef breadths: [Int], _ opening: Opening) -> JSONValue {
    let reader = opening.reader
    var generator = SplitMix64(seed: 7)
    let members = (0..<Ordinal(reader.rows.count)).filter { _ in
      Double.random(in: 0..<1, using: &generator) < share
    }
    let allowed = OrdinalSet(universe: reader.rows.count, members)
    let truth = exact(opening, allowed: allowed)
    let queries = (0..<opening.queries.rows).map { opening.queries.row($0) }
    let results = breadths.map { ef in
      var found = 0
      var wanted = 0
      var isExact = false
      var latencies = [Double]()
      for _ in 0..<rounds {
        for (query, neighbours) in zip(queries, truth) {
          let start = ProcessUsage.now
          let (hits, statistics) = reader.search(query, k: k, efSearch: ef, allowed: allowed)
          latencies.append(ProcessUsage.since(start).wall)
          found += hits.count { neighbours.contains($0.ordinal) }
          wanted += neighbours.count
          isExact = statistics.isExact
        }
      }
      return JSONValue.object([
        ("ef", .integer(ef)), ("recall", .number(wanted == 0 ? 1 : Double(found) / Double(wanted))),
        ("is_exact", .bool(isExact)), ("p50_ms", .number(Self.quantile(latencies, 0.5) * 1000)),
        ("p99_ms", .number(Self.quantile(latencies, 0.99) * 1000)),
      ])
    }
    return .object([
      ("selectivity", .number(share)), ("allowed", .integer(members.count)), ("search", .array(results)),
    ])
  }

  private func exact(_ opening: Opening, allowed: OrdinalSet?) -> [Set<Ordinal>] {
    let flat = FlatIndex(opening.reader.rows)
    return Parallel.map(opening.queries.rows, threads: threads) { [queries = opening.queries, k] row in
      Set(flat.search(queries.row(row), k: k, allowed: allowed).map(\.ordinal))
    }
  }

  private static func quantile(_ values: [Double], _ share: Double) -> Double {
    Bootstrap.quantile(values.sorted(), share)
  }
}
