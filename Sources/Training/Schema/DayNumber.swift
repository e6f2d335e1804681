import Documents

/// Dates and times of ISO 8601 as days since 1970-01-01 in UTC.
package enum DayNumber {
  /// `2026-11-27`, `2026-11-27T09:30:00Z`, `2026-11-27 09:30:00+01:00`; a time without a zone is UTC. `nil` for others.
  ///
  /// - Source: Hinnant, "chrono-compatible low-level date algorithms", days from civil.
  package static func days(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 10, bytes[4] == 0x2D, bytes[7] == 0x2D, let year = number(bytes[0..<4]),
      let month = number(bytes[5..<7]), let day = number(bytes[8..<10]), 1...12 ~= month,
      1...length(of: month, year) ~= day
    else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = Double(era * 146_097 + dayOfEra - 719_468)
    if bytes.count == 10 { return days }
    guard bytes[10] == 0x54 || bytes[10] == 0x20, let seconds = seconds(bytes[11...]) else { return nil }
    return days + seconds / 86_400
  }

  /// The date of a number of days, with the time where it has one, to the second.
  package static func text(_ number: Double) -> String {
    let seconds = Int((number * 86_400).rounded())
    let days = Int((Double(seconds) / 86_400).rounded(.down))
    let rest = seconds - days * 86_400
    return rest == 0
      ? DateText.iso8601(days: days, seconds: nil) : DateText.iso8601(days: days, seconds: rest) + "Z"
  }

  private static func length(of month: Int, _ year: Int) -> Int {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Seconds since midnight UTC of `hh:mm[:ss[.fff]][Z|±hh:mm]`.
  private static func seconds(_ bytes: ArraySlice<UInt8>) -> Double? {
    var clock = bytes
    var offset = 0
    if clock.last == 0x5A {
      clock.removeLast()
    } else if let sign = clock.dropFirst(5).firstIndex(where: { $0 == 0x2B || $0 == 0x2D }) {
      let zone = clock[(sign + 1)...].filter { $0 != 0x3A }
      guard zone.count == 4, let hours = number(zone[0..<2]), let minutes = number(zone[2..<4]) else {
        return nil
      }
      offset = (hours * 60 + minutes) * (clock[sign] == 0x2D ? -60 : 60)
      clock = clock[..<sign]
    }
    let parts = clock.split(separator: 0x3A, omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts[0].count == 2, parts[1].count == 2,
      let hour = number(parts[0]), let minute = number(parts[1]), hour < 24, minute < 60
    else { return nil }
    var seconds = Double(hour * 3600 + minute * 60 - offset)
    if parts.count == 3 {
      guard let rest = Double(String(decoding: parts[2], as: UTF8.self)), 0..<61 ~= rest else { return nil }
      seconds += rest
    }
    return seconds
  }

  private static func number(_ digits: some Collection<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
