/// Dates of message headers.
enum EmailDate {
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
