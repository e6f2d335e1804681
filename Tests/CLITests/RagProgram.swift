import Foundation

/// The built `rag`, run as a user would run it.
struct RagProgram {
  let home: String
  var environment: [String: String] = [:]

  struct Result {
    var status: Int32
    var output: String
    var errors: String

    /// The object that `--json` printed.
    func json() throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
      guard let object = value as? [String: Any] else { throw CocoaError(.coderReadCorrupt) }
      return object
    }
  }

  /// Beside the test bundle.
  static let path: String = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0])
    return bundle.deletingLastPathComponent().appendingPathComponent("rag").path
  }()

  init(home: String) {
    self.home = home
  }

  /// Starts the program without waiting.
  func start(_ arguments: [String], output: Pipe = Pipe(), errors: Pipe = Pipe()) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment
    variables["RAG_HOME"] = home
    for (name, value) in environment { variables[name] = value }
    process.environment = variables
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs the program to its end.
  @discardableResult
  func run(_ arguments: String...) throws -> Result {
    try run(arguments)
  }

  func run(_ arguments: [String]) throws -> Result {
    // Through files: pipes would need two readers at a time.
    let base = NSTemporaryDirectory() + "/rag-cli-" + UUID().uuidString
    defer {
      try? FileManager.default.removeItem(atPath: base + ".out")
      try? FileManager.default.removeItem(atPath: base + ".err")
    }
    for stream in [".out", ".err"] { try Data().write(to: URL(fileURLWithPath: base + stream)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment
    variables["RAG_HOME"] = home
    for (name, value) in environment { variables[name] = value }
    process.environment = variables
    process.standardOutput = FileHandle(forWritingAtPath: base + ".out")
    process.standardError = FileHandle(forWritingAtPath: base + ".err")
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: (try? String(contentsOfFile: base + ".out", encoding: .utf8)) ?? "",
      errors: (try? String(contentsOfFile: base + ".err", encoding: .utf8)) ?? "")
  }
}

/// A folder of small documents made for a test.
enum SampleDocuments {
  static let topics = [
    "canary", "rollback", "drift", "calibration", "feature", "latency", "backfill", "registry",
  ]

  /// Text of document `index`; each has a word of its own, `uniqueN`.
  static func text(_ index: Int) -> String {
    let topic = topics[index % topics.count]
    return """
      # Note \(index) on \(topic)

      The word unique\(index) stands only here. Every \(topic) of system \(index) is checked by team \(index * 7 % 13).

      ## Steps

      - Look at the \(topic) dashboard of region \(index % 5).
      - Wait \(index % 17 + 3) minutes before the \(topic) is closed.
      """
  }

  static func write(_ indices: some Sequence<Int>, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for index in indices {
      let digits = String(index)
      let name = String(repeating: "0", count: 4 - digits.count) + digits
      try Data(text(index).utf8).write(to: URL(fileURLWithPath: folder + "/note-\(name).md"))
    }
  }

  /// Relative path and bytes of every index file of a collection, by path.
  static func indexFiles(home: String, collection: String = "main") throws -> [String: Data] {
    let root = home + "/" + collection + "/segments"
    var files: [String: Data] = [:]
    for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init() {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      files[path] = try Data(contentsOf: URL(fileURLWithPath: root + "/" + path))
    }
    return files
  }
}
