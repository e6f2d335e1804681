/// Dates of files, as ISO 8601 strings.
package enum DateText {
  /// `string` if it is a date of ISO 8601 (`2024`, `2024-05`, `2024-05-06`, `2024-05-06T07:08:09Z` …), else `nil`.
  ///
  /// A blank between date and time becomes `T`; compact `20240506` gets its dashes.
  static func iso8601(_ string: String) -> String? {
    var bytes = Array(string.utf8).filter { $0 < 0x80 }
    while bytes.last == 0x20 { bytes.removeLast() }
    while bytes.first == 0x20 { bytes.removeFirst() }
    if bytes.count == 8, bytes.allSatisfy(isDigit) {
      bytes = Array(bytes[0..<4] + [0x2D] + bytes[4..<6] + [0x2D] + bytes[6..<8])
    }
    guard bytes.count >= 4, bytes.count <= 35, bytes[0..<4].allSatisfy(isDigit) else { return nil }
    if bytes.count == 4 { return String(decoding: bytes, as: UTF8.self) }
    guard bytes.count >= 7, bytes[4] == 0x2D, let month = number(bytes, 5, 2), (1...12).contains(month) else {
      return nil
    }
    if bytes.count == 7 { return String(decoding: bytes, as: UTF8.self) }
    guard bytes.count >= 10, bytes[7] == 0x2D, let day = number(bytes, 8, 2), (1...31).contains(day) else {
      return nil
    }
    if bytes.count == 10 { return String(decoding: bytes, as: UTF8.self) }
    guard bytes.count >= 16, bytes[10] == 0x54 || bytes[10] == 0x20, let hour = number(bytes, 11, 2),
      hour < 25,
      bytes[13] == 0x3A, let minute = number(bytes, 14, 2), minute < 60
    else { return nil }
    bytes[10] = 0x54
    let tail = bytes[16...]
    guard tail.allSatisfy({ isDigit($0) || [0x2E, 0x3A, 0x2B, 0x2D, 0x5A].contains($0) }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A date, and a time if there is one, of the proleptic Gregorian calendar.
  package static func iso8601(days: Int, seconds: Int?) -> String {
    let (year, month, day) = civil(days)
    let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    return seconds.map { date + "T" + time($0) } ?? date
  }

  /// `HH:MM:SS`.
  package static func time(_ seconds: Int) -> String {
    "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
  }

  package static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  /// Year, month and day of a count of days since 1970-01-01.
  ///
  /// - Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
  static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let part = (5 * dayOfYear + 2) / 153
    let month = part < 10 ? part + 3 : part - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int? {
    guard start + count <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[start..<(start + count)] {
      guard isDigit(byte) else { return nil }
      value = value * 10 + Int(byte) - 0x30
    }
    return value
  }
}
