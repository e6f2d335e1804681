/// Events of calendars and cards of people as records: a line `Name: value` for each thing said.
enum VObjectText {
  /// Appends all events, tasks and cards of a file.
  ///
  /// - Parameter bytes: valid UTF-8.
  /// - Returns: the title of the first, if there is one.
  /// - Throws: `.tooLarge` for too much text.
  /// - Complexity: O(bytes).
  @discardableResult
  static func append(_ bytes: [UInt8], to assembler: TextAssembler) throws(DocumentError) -> String? {
    var title: String?
    var pictures = 0
    func append(_ object: VObject) throws(DocumentError) {
      let lines: [String]
      switch object.kind {
      case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY": lines = event(object)
      case "VCARD":
        lines = card(object)
        pictures += object.properties.count { ["PHOTO", "LOGO", "SOUND", "KEY"].contains($0.name) }
      default: lines = []
      }
      if title == nil { title = object.text("SUMMARY") ?? object.text("FN") ?? object.text("X-WR-CALNAME") }
      try assembler.append(.record, lines.joined(separator: "\n"))
      for child in object.children where child.kind != "VTIMEZONE" && child.kind != "VALARM" {
        try append(child)
      }
    }
    for object in VObject.parse(bytes) { try append(object) }
    if pictures > 0 {
      assembler.notes.append(ReadingNote("pictures, sounds or keys of cards were left out: \(pictures)"))
    }
    return title
  }

  private static func event(_ object: VObject) -> [String] {
    var lines: [String] = []
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { lines.append("\(name): \(value)") }
    }
    add("Summary", object.text("SUMMARY"))
    for (name, key) in [("Start", "DTSTART"), ("End", "DTEND"), ("Due", "DUE"), ("Completed", "COMPLETED")] {
      add(name, object.properties.first { $0.name == key }.map(moment))
    }
    add("Duration", object.text("DURATION"))
    add("Repeats", object.text("RRULE").map(rule))
    add("Location", object.text("LOCATION"))
    for property in object.properties {
      switch property.name {
      case "ORGANIZER": add("Organizer", person(property))
      case "ATTENDEE": add("Attendee", person(property))
      case "CONTACT": add("Contact", VObject.plain(property.value))
      case "COMMENT": add("Comment", VObject.plain(property.value))
      case "ATTACH" where property.parameters["ENCODING"] == nil: add("Attachment", property.value)
      default: break
      }
    }
    let status = object.text("STATUS")
    add("Status", status == "CONFIRMED" ? nil : status?.lowercased())
    add("Priority", object.text("PRIORITY").flatMap { $0 == "0" ? nil : $0 })
    add("Categories", object.text("CATEGORIES")?.replacing(",", with: ", "))
    add("URL", object.text("URL"))
    add("Description", object.text("DESCRIPTION"))
    return lines
  }

  private static func card(_ object: VObject) -> [String] {
    var lines: [String] = []
    func add(_ name: String, _ value: String, _ property: VObject.Property) {
      let kinds = (property.parameters["TYPE"] ?? "").lowercased().split(whereSeparator: {
        $0 == "," || $0 == ";"
      }).filter {
        !["pref", "internet", "voice", "x400", "quoted-printable", "uri"].contains($0)
      }
      if !value.isEmpty {
        lines.append("\(name)\(kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))"): \(value)")
      }
    }
    let names = [
      "FN": "Name", "NICKNAME": "Nickname", "ORG": "Organization", "TITLE": "Title", "ROLE": "Role",
      "TEL": "Telephone",
      "EMAIL": "E-mail", "ADR": "Address", "BDAY": "Birthday", "NOTE": "Note", "URL": "URL",
      "CATEGORIES": "Categories",
      "IMPP": "Messenger", "ANNIVERSARY": "Anniversary", "LABEL": "Label", "LANG": "Language",
      "GEO": "Position",
    ]
    for property in object.properties {
      guard let name = names[property.name] else { continue }
      var value = VObject.plain(property.value)
      if property.name == "ADR" || property.name == "ORG" { value = joined(property.value) }
      if value.hasPrefix("tel:") { value = String(value.dropFirst(4)) }
      add(name, value, property)
    }
    if object.text("FN") == nil, let property = object.properties.first(where: { $0.name == "N" }) {
      let parts = property.value.split(separator: ";", omittingEmptySubsequences: false).map {
        VObject.plain(String($0))
      }
      let order = [3, 1, 2, 0, 4].filter { $0 < parts.count }.map { parts[$0] }.filter { !$0.isEmpty }
      lines.insert("Name: \(order.joined(separator: " "))", at: 0)
    }
    return lines
  }

  /// The parts of a value between `;`, without empty ones.
  private static func joined(_ value: String) -> String {
    value.split(separator: ";").map { VObject.plain(String($0)) }.filter { !$0.isEmpty }.joined(
      separator: ", ")
  }

  private static func person(_ property: VObject.Property) -> String {
    var address = property.value
    if address.lowercased().hasPrefix("mailto:") { address = String(address.dropFirst(7)) }
    guard let name = property.parameters["CN"], name != address else { return address }
    return "\(name) <\(address)>"
  }

  /// `20240304T100000Z` as `2024-03-04 10:00 UTC`, with the name of its zone where it has one.
  private static func moment(_ property: VObject.Property) -> String {
    let bytes = Array(property.value.utf8)
    func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    guard bytes.count >= 8, bytes[..<8].allSatisfy({ ASCII.isDigit($0) }) else { return property.value }
    let date = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
    guard bytes.count >= 15, bytes[8] == 0x54 else { return date }
    let time = "\(part(9..<11)):\(part(11..<13))"
    if bytes.last == 0x5A { return "\(date) \(time) UTC" }
    return property.parameters["TZID"].map { "\(date) \(time) (\($0))" } ?? "\(date) \(time)"
  }

  /// `FREQ=WEEKLY;BYDAY=MO` in small letters between commas.
  private static func rule(_ value: String) -> String {
    value.split(separator: ";").map { $0.replacing("=", with: " ").lowercased() }.joined(separator: ", ")
  }
}
