import ArgumentParser
import HTTPService
import Kernels
import Storage
import VectorIndex

extension Metric: ExpressibleByArgument {}

struct BenchANNCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ann", abstract: "Measure the vector index.",
    discussion: """
      Builds an index over a matrix of vectors and searches it. All files are NumPy arrays of one or two dimensions.

      EXAMPLES
        rag bench ann --base base.npy --queries queries.npy --truth truth.npy --ef 10,16,24,32,64
        rag bench ann --base base.npy --queries queries.npy --index /tmp/index --filter-selectivity 0.1
      """)

  @Option(help: "Vectors to index, float32, shape [n, d].") var base: String
  @Option(help: "Queries, float32, shape [q, d].") var queries: String
  @Option(help: "Their true neighbours, int32, shape [q, k or more]; found by a scan if left out.")
  var truth: String?
  @Option(help: "Folder to keep the index in; one that lies there already is searched as it is.")
  var index: String?
  @Option(help: "Neighbours of a node on the upper levels.") var m = HNSWParameters().M
  @Option(help: "Candidates while building.") var efConstruction = HNSWParameters().efConstruction
  @Option(help: "Breadths of the search, separated by commas.") var ef = "10,16,24,32,48,64,96,128,192"
  @Option(help: "Neighbours to find.") var topK = 10
  @Option(help: "Rounds over all queries; the median counts.") var rounds = 5
  @Option(help: "Threads of the build; more than one also measures concurrent searches.") var threads = 1
  @Option(help: "Share of the vectors that a filter allows, 0…1.") var filterSelectivity: Double?
  @Option(help: "innerProduct, cosine or l2Squared.") var metric = Metric.cosine

  func validate() throws {
    if breadths.isEmpty { throw ValidationError("--ef needs numbers from 1 on, separated by commas") }
    for (name, value) in [
      ("--m", m), ("--ef-construction", efConstruction), ("--top-k", topK), ("--rounds", rounds),
      ("--threads", threads),
    ] where value < 1 { throw ValidationError("\(name) must be at least 1") }
    if let share = filterSelectivity, !(0...1).contains(share) {
      throw ValidationError("--filter-selectivity must be within 0…1")
    }
  }

  private var breadths: [Int] {
    let numbers = ef.split(separator: ",").map { Int($0) ?? 0 }
    return numbers.allSatisfy { $0 > 0 } ? numbers : []
  }

  func run() throws {
    let scratch = TemporaryHome(purpose: "bench-ann")
    defer { withExtendedLifetime(scratch) {} }
    var parameters = HNSWParameters()
    parameters.M = m
    parameters.efConstruction = efConstruction
    let measured = ANNMeasurement(
      folder: index ?? scratch.path, metric: metric, parameters: parameters,
      k: topK, rounds: rounds, threads: threads)
    let build = try measured.build(base)
    let opening = try measured.open(queries)
    let truth = try measured.truth(truth, opening)
    var members: [(String, JSONValue)] = [
      ("vectors", .integer(opening.reader.rows.count)),
      ("dimension", .integer(opening.reader.rows.dimension)),
      ("queries", .integer(opening.queries.rows)), ("metric", .string(metric.rawValue)), ("m", .integer(m)),
      ("ef_construction", .integer(efConstruction)), ("top_k", .integer(topK)),
      ("threads", .integer(threads)),
      ("build", build), ("open_to_first_answer_ms", .number(opening.milliseconds)),
      ("bytes_per_vector", measured.bytesPerVector(opening)),
      ("search", .array(breadths.map { measured.search(ef: $0, opening, truth) })),
      ("resident_bytes", .integer(ServiceMetrics.residentBytes)),
    ]
    if let filterSelectivity {
      members.append(("filter", measured.filtered(share: filterSelectivity, ef: breadths, opening)))
    }
    Terminal.out(JSONValue.object(members).description)
  }
}
