import ArgumentParser
import Foundation
import IndexStore
import Storage

struct ScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "Run a command of rag at intervals.",
    discussion: """
      Times are counted from midnight UTC, so that --every 1d is midnight and --every 6h is 0, 6, 12 and 18 o'clock. Of \
      several schedules of one name in a home one runs. A run that was missed while nothing was running is made up for once \
      (--missed run) or, a minute after its time, left out (--missed skip). A failing run is told on stderr, and the next one comes in \
      its time.

      EXAMPLES
        rag schedule --every 1d -- drift check --collection main
        rag schedule --every 6h --missed skip --name import -- ingest docs
        rag schedule --every 1h --once -- drift check
      """)

  enum Missed: String, ExpressibleByArgument, CaseIterable {
    case run, skip
  }

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("Between two runs: 30s, 15m, 6h, 1d.", valueName: "time"))
  var every: IntervalArgument

  @Option(help: "Name of the schedule; one of a name runs in a home.")
  var name = "default"

  @Option(help: "run or skip what was missed.")
  var missed = Missed.run

  @Flag(help: "Run what is due now, and end: for cron and systemd.")
  var once = false

  @Argument(parsing: .postTerminator, help: "Command with its arguments.")
  var command: [String]

  func validate() throws {
    guard !command.isEmpty else { throw ValidationError("Give the command behind '--'.") }
    guard HomeFolder.isValidName(name) else {
      throw ValidationError("--name may have up to 64 letters, digits, '.', '_' and '-'")
    }
    guard command.first != "schedule" else { throw ValidationError("A schedule cannot run schedules.") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let home = try wiring.openHome(createIfMissing: true)
    let folder = home.path + "/_schedules"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let lock: WriterLock
    do {
      lock = try WriterLock(path: folder + "/\(name).lock", holder: "rag schedule")
    } catch {
      throw UsageError("the schedule '\(name)' runs already in this home; give another --name")
    }
    let state = ScheduleState(path: folder + "/\(name).json")
    var schedule = Schedule(interval: every.seconds, last: state.last, runsMissed: missed == .run)
    var worst: Int32 = 0
    while true {
      let now = Date().timeIntervalSince1970
      if let due = schedule.due(at: now) {
        // Before it runs: a run that kills this process does not come again and again.
        try state.write(due)
        let status = try execute(wiring)
        worst = max(worst, status)
        if !global.quiet {
          Terminal.note("\(TimeArgument.shown(now)): rag \(command.joined(separator: " ")): \(status)")
        }
      }
      if once { break }
      try await Task.sleep(for: .seconds(max(0.05, schedule.next(after: Date().timeIntervalSince1970))))
    }
    _ = consume lock
    if worst != 0 { throw ExitCode(worst) }
  }

  /// - Returns: its exit code.
  private func execute(_ wiring: Wiring) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = command
    var environment = ProcessInfo.processInfo.environment
    environment["RAG_HOME"] = wiring.settings.home
    if let config = global.config { environment["RAG_CONFIG"] = config }
    process.environment = environment
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// A time between two runs.
struct IntervalArgument: ExpressibleByArgument, Sendable {
  let seconds: Double

  init?(argument: String) {
    guard let unit = ["s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0][String(argument.suffix(1))],
      let count = Double(argument.dropLast()), count.isFinite, count * unit >= 1, count * unit <= 366 * 86_400
    else { return nil }
    seconds = count * unit
  }
}

/// When a run is due: at whole multiples of the interval since 1970.
struct Schedule {
  let interval: Double
  /// The multiple that was run last; `nil` before the first.
  private(set) var last: Double?
  let runsMissed: Bool

  init(interval: Double, last: Double?, runsMissed: Bool) {
    self.interval = interval
    self.last = last
    self.runsMissed = runsMissed
  }

  /// The multiple that is to be run now; each is given once, and of several that were missed the newest.
  mutating func due(at now: Double) -> Double? {
    let newest = (now / interval).rounded(.down) * interval
    defer { last = newest }
    guard let last else {
      // A new schedule begins with its next time, unless what came before counts as missed.
      return runsMissed ? newest : nil
    }
    guard newest > last else { return nil }
    return runsMissed || now - newest <= min(Self.grace, interval / 2) ? newest : nil
  }

  /// Seconds after its time from which a run counts as missed.
  private static let grace = 60.0

  /// Seconds until the next multiple.
  func next(after now: Double) -> Double { ((now / interval).rounded(.down) + 1) * interval - now }
}

/// What a schedule remembers.
private struct ScheduleState {
  let path: String

  var last: Double? {
    FileManager.default.contents(atPath: path).flatMap {
      try? JSONDecoder().decode([String: Double].self, from: $0)
    }?["last"]
  }

  func write(_ last: Double) throws {
    try JSONEncoder().encode(["last": last]).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
