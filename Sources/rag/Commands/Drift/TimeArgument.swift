import ArgumentParser
import Foundation

/// A time on the command line: a date, a date with a time, or how long ago.
struct TimeArgument: ExpressibleByArgument, Sendable {
  /// Since 1970.
  let seconds: Double

  /// Takes `2026-11-26`, `2026-11-26T18:00:00Z`, `12h`, `7d` and `now`.
  init?(argument: String) {
    if argument == "now" {
      seconds = Date().timeIntervalSince1970
    } else if let unit = ["m": 60.0, "h": 3600.0, "d": 86_400.0][String(argument.suffix(1))],
      let count = Double(argument.dropLast()), count >= 0, count.isFinite
    {
      seconds = Date().timeIntervalSince1970 - count * unit
    } else if let date = try? Date(argument, strategy: .iso8601) {
      seconds = date.timeIntervalSince1970
    } else if let date = try? Date(argument, strategy: .iso8601.year().month().day()) {
      seconds = date.timeIntervalSince1970
    } else {
      return nil
    }
  }

  static func shown(_ seconds: Double) -> String { Date(timeIntervalSince1970: seconds).ISO8601Format() }
}
