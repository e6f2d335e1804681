import Foundation
import Storage
import TestSupport
import Testing

/// `rag schedule` with intervals so long that no multiple of them passes while a test runs.
@Suite struct ScheduleTests {
  private let folder = TemporaryFolder()
  private static let interval = "300d"

  private func schedule(_ arguments: String...) throws -> RagProgram.Result {
    try RagProgram(home: folder("home")).run(
      ["schedule", "--every", Self.interval, "--once"] + arguments + ["--", "collections", "list"])
  }

  /// What the schedule remembers: the last multiple that was run, seconds since 1970.
  private func remember(_ last: Double) throws {
    try FileManager.default.createDirectory(
      atPath: folder("home/_schedules"), withIntermediateDirectories: true)
    try JSONEncoder().encode(["last": last]).write(
      to: URL(fileURLWithPath: folder("home/_schedules/default.json")))
  }

  @Test func aTimeIsRunOnce() throws {
    let first = try schedule()
    #expect(first.status == 0 && first.errors.contains("rag collections list: 0"), "\(first.errors)")
    let second = try schedule()
    #expect(second.status == 0 && second.errors.isEmpty && second.output.isEmpty)
    // Another name is another schedule.
    #expect(try schedule("--name", "other").errors.contains("rag collections list: 0"))
  }

  @Test func whatWasMissedIsRunOnceOrLeftOut() throws {
    try remember(0)
    #expect(try schedule("--missed", "skip").errors.isEmpty)
    // Nor is it run later: its time was passed over, but is not forgotten by 'run'.
    let run = try schedule("--missed", "run")
    #expect(run.errors.components(separatedBy: "rag collections list: 0").count == 2, "\(run.errors)")
    #expect(try schedule("--missed", "run").errors.isEmpty)
  }

  @Test func aFailureIsToldAndIsTheExitCode() throws {
    let result = try RagProgram(home: folder("home")).run(
      "schedule", "--every", Self.interval, "--once", "--", "drift", "check", "--collection", "missing")
    #expect(result.status == 1 && result.errors.contains("rag drift check --collection missing: 1"))
  }

  @Test func oneOfANameRunsInAHome() async throws {
    let running = try RagProgram(home: folder("home")).start(
      ["schedule", "--every", Self.interval, "--", "collections", "list"])
    defer {
      running.terminate()
      running.waitUntilExit()
    }
    // It has run once when it has remembered that.
    for _ in 0..<600 where !FileManager.default.fileExists(atPath: folder("home/_schedules/default.json")) {
      try await Task.sleep(for: .milliseconds(20))
    }
    let second = try schedule()
    #expect(second.status == 2 && second.errors.contains("runs already"), "\(second.errors)")
    #expect(try schedule("--name", "other").status == 0)
  }

  @Test(arguments: [
    ["--every", "5x", "--", "doctor"], ["--every", "0s", "--", "doctor"], ["--every", "1d"],
    ["--every", "1d", "--name", "../x", "--", "doctor"],
    ["--every", "1d", "--", "schedule", "--every", "1d"],
  ])
  func wrongArguments(_ arguments: [String]) throws {
    #expect(try RagProgram(home: folder("home")).run(["schedule"] + arguments).status == 2)
  }
}
