/// Dates of message headers.
package enum EmailDate {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let zones = [
    "ut": 0, "gmt": 0, "z": 0, "utc": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
    "mdt": -360,
    "pst": -480, "pdt": -420,
  ]

  /// `Tue, 5 Mar 2024 09:08:07 +0100` as `2024-03-05T09:08:07+01:00`, or `nil` if it isn't such a date.
  ///
  /// - Source: RFC 5322, sections 3.3 and 4.3.
  static func iso8601(_ string: String) -> String? {
    var text = string.lowercased()
    if let comma = text.firstIndex(of: ",") { text = String(text[text.index(after: comma)...]) }
    let words = text.split { $0 == " " || $0 == "\t" }.filter { !$0.hasPrefix("(") }
    guard words.count >= 4, let day = Int(words[0]), (1...31).contains(day),
      let month = months.firstIndex(of: String(words[1].prefix(3))), var year = Int(words[2]), year >= 0
    else { return nil }
    if year < 50 { year += 2000 } else if year < 1000 { year += 1900 }
    guard year <= 9999 else { return nil }
    let clock = words[3].split(separator: ":").map { Int($0) ?? -1 }
    guard (2...3).contains(clock.count), (0...23).contains(clock[0]), (0...59).contains(clock[1]),
      clock.count == 2 || (0...60).contains(clock[2])
    else { return nil }
    let date = "\(DateText.padded(year, 4))-\(DateText.padded(month + 1, 2))-\(DateText.padded(day, 2))"
    let time = DateText.time(clock[0] * 3600 + clock[1] * 60 + (clock.count == 3 ? min(clock[2], 59) : 0))
    return "\(date)T\(time)\(zone(words.count > 4 ? String(words[4]) : "-0000"))"
  }

  private static func zone(_ word: String) -> String {
    var minutes = zones[word] ?? 0
    if let sign = word.first, sign == "+" || sign == "-", word.utf8.count == 5,
      let value = Int(word.dropFirst())
    {
      minutes = (value / 100 * 60 + value % 100) * (sign == "-" ? -1 : 1)
    }
    guard minutes != 0 else { return "Z" }
    let size = abs(minutes)
    return "\(minutes < 0 ? "-" : "+")\(DateText.padded(size / 60, 2)):\(DateText.padded(size % 60, 2))"
  }
}

extension EmailDate {
  /// A date of a header as `2024-03-05 0808`, in UTC, or `nil` if it isn't one.
  package static func utc(_ string: String) -> String? {
    guard let iso = iso8601(string) else { return nil }
    let bytes = Array(iso.utf8)
    func number(_ at: Int, _ count: Int) -> Int {
      Int(String(decoding: bytes[at..<(at + count)], as: UTF8.self)) ?? 0
    }
    var minutes = number(11, 2) * 60 + number(14, 2)
    if bytes.count >= 25, bytes[19] == 0x2B || bytes[19] == 0x2D {
      let offset = number(20, 2) * 60 + number(23, 2)
      minutes -= bytes[19] == 0x2B ? offset : -offset
    }
    var days = self.days(year: number(0, 4), month: number(5, 2), day: number(8, 2))
    days += minutes >= 0 ? minutes / 1440 : -((1439 - minutes) / 1440)
    minutes = ((minutes % 1440) + 1440) % 1440
    return
      "\(DateText.iso8601(days: days, seconds: nil)) \(DateText.padded(minutes / 60, 2))\(DateText.padded(minutes % 60, 2))"
  }

  /// The time in a mailbox's line `From a@b Mon Jan  1 00:00:00 2024`.
  static func utc(separator: ArraySlice<UInt8>) -> String? {
    let words = String(decoding: separator, as: UTF8.self).split(separator: " ").map(String.init)
    guard let clock = words.firstIndex(where: { $0.contains(":") }), clock >= 2 else { return nil }
    let rest = words[(clock + 1)...]
    guard let year = rest.first(where: { $0.utf8.count == 4 && Int($0) != nil }) else { return nil }
    let zone = rest.first { $0.hasPrefix("+") || $0.hasPrefix("-") } ?? "+0000"
    return utc("\(words[clock - 1]) \(words[clock - 2]) \(year) \(words[clock]) \(zone)")
  }

  /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
  ///
  /// - Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
