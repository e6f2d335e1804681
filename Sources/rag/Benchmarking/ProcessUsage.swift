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

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
