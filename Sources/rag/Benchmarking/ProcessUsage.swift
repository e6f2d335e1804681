import Glibc

/// What this process has used so far.
struct ProcessUsage {
  /// Seconds of wall clock since some moment.
  var wall: Double
  /// Seconds of processor time of all threads.
  var cpu: Double

  static var now: ProcessUsage {
    ProcessUsage(wall: seconds(CLOCK_MONOTONIC), cpu: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  /// What was used since `start`.
  static func since(_ start: ProcessUsage) -> ProcessUsage {
    let end = now
    return ProcessUsage(wall: end.wall - start.wall, cpu: end.cpu - start.cpu)
  }

  /// Resident bytes now: anonymous ones, and those of mapped files.
  static var residentBytes: (anonymous: Int, files: Int) {
    var anonymous = 0
    var files = 0
    guard let file = fopen("/proc/self/status", "r") else { return (0, 0) }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard let number = text.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else {
        continue
      }
      if text.hasPrefix("RssAnon:") { anonymous = number * 1024 }
      if text.hasPrefix("RssFile:") { files = number * 1024 }
    }
    return (anonymous, files)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
