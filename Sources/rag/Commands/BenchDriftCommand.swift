import ArgumentParser
import Drift
import Foundation
import HTTPService
import Kernels
import Storage
import Synchronization
import Tables

struct BenchDriftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift",
    abstract: "Measure how often each method calls drift where there is none, and where there is.",
    discussion: """
      Seeded data: numbers that move by a share of their standard deviation, categories of which some become another. \
      Whole datasets of 20 columns without drift are checked with both profiles. With --reference and --current, two \
      matrices are checked instead, and each method is timed.

      EXAMPLES
        rag bench drift --reference a.npy --current b.npy
        rag bench drift --trials 200 --rows 100 --rows 1000 --shifts 0 --shifts 0.25
      """)

  @Option(help: "Trials of each size and shift.")
  var trials = 200

  @Option(help: "Rows a side; may be given more than once.")
  var rows: [Int] = [100, 300, 1000, 3000]

  @Option(help: "Standard deviations; may be given more than once.")
  var shifts: [Double] = [0, 0.1, 0.25, 0.5]

  @Option(help: "Datasets without drift.")
  var sets = 200

  @Option(help: "Rows a side of those.")
  var rowsOfSets: [Int] = [500, 2000]

  @Option(help: "Seed of all that is drawn.")
  var seed: UInt64 = 42

  @Option(help: ArgumentHelp("Vectors as they were, NumPy float32.", valueName: "file"))
  var reference: String?

  @Option(help: ArgumentHelp("Vectors as they are.", valueName: "file"))
  var current: String?

  private static let columns = 20
  private static let alpha = 0.05

  func validate() throws {
    guard trials > 0, sets >= 0, (rows + rowsOfSets).allSatisfy({ $0 >= 20 }) else {
      throw ValidationError("--trials must be at least 1, --rows at least 20")
    }
    guard (reference == nil) == (current == nil) else {
      throw ValidationError("--reference and --current go together")
    }
  }

  func run() throws {
    let threads = ProcessInfo.processInfo.activeProcessorCount
    if let reference, let current { return try vectors(reference, current, threads: threads) }
    let power = DriftPower(trials: trials, alpha: Self.alpha, threads: threads)
    var rates: [JSONValue] = []
    for count in rows {
      for shift in shifts {
        for rate in try power.rates(rows: count, shift: shift, seed: seed) {
          rates.append(
            .object([
              ("kind", .string(rate.kind)), ("method", .string(rate.method)), ("rows", .integer(rate.rows)),
              ("shift", .number(rate.shift)), ("rate", .number(rate.rate)),
            ]))
        }
      }
    }
    let alarms = try rowsOfSets.flatMap { count in
      try [DriftProfile.strict, .evidently].map { try falseAlarms($0, rows: count, threads: threads) }
    }
    Terminal.out(
      JSONValue.object([
        ("trials", .integer(trials)), ("alpha", .number(Self.alpha)), ("power", .array(rates)),
        ("sets", .integer(sets)), ("columns", .integer(Self.columns)), ("false_alarms", .array(alarms)),
      ]).description)
  }

  private func vectors(_ reference: String, _ current: String, threads: Int) throws {
    func matrix(_ path: String) throws -> Matrix {
      let file = try NumPyFile<Float>(contentsOf: path)
      return Matrix(rows: file.rows, columns: file.columns, values: file.values)
    }
    let sides = (try matrix(reference), try matrix(current))
    let seconds = Mutex<[(String, JSONValue)]>([])
    var check = EmbeddingCheck()
    check.settings.threads = threads
    check.observe = { method, time in seconds.withLock { $0.append((method, .number(time / .seconds(1)))) } }
    var result = try check.run(reference: sides.0, current: sides.1)
    result.referenceMap = []
    result.currentMap = []
    let found = JSONValue(parsing: try JSONEncoder().encode(result)) ?? .null
    Terminal.out(
      JSONValue.object([("result", found), ("seconds", .object(seconds.withLock { $0 }))]).description)
  }

  /// Datasets and columns in which a profile sees drift where both sides are drawn from one distribution.
  private func falseAlarms(_ profile: DriftProfile, rows: Int, threads: Int) throws -> JSONValue {
    var settings = DriftSettings(profile: profile)
    settings.threads = threads
    var alarmed = 0
    var withDriftedColumn = 0
    var drifted = 0
    for set in 0..<sets {
      var draw = DriftDraw(seed: seed &+ UInt64(set) &* 104_729 &+ UInt64(rows))
      let sides = try (0..<2).map { _ in
        try Table(
          columns: (0..<Self.columns).map { column in
            switch column % 4 {
            case 0: Column(name: "\(column)", numbers: draw.normals(rows))
            case 1: Column(name: "\(column)", numbers: draw.exponentials(rows))
            case 2: Column(name: "\(column)", categories: draw.categories(rows, moved: 0.1))
            default: Column(name: "\(column)", categories: draw.answers(rows, moved: 0))
            }
          })
      }
      let result = try DriftCheck(settings).run(reference: sides[0], current: sides[1])
      if result.verdict == .drift { alarmed += 1 }
      let columns = result.columns.filter { $0.verdict == .drift }.count
      drifted += columns
      if columns > 0 { withDriftedColumn += 1 }
    }
    return .object([
      ("profile", .string(profile.rawValue)), ("rows", .integer(rows)), ("dataset_alarms", .integer(alarmed)),
      ("datasets_with_a_drifted_column", .integer(withDriftedColumn)), ("drifted_columns", .integer(drifted)),
    ])
  }
}
