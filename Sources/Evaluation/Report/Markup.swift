import Foundation

/// Pieces of HTML that are safe whatever the text.
enum Markup {
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  static func number(_ value: Double?, digits: Int = 4) -> String {
    guard let value, value.isFinite else { return "–" }
    return String(format: "%.\(digits)f", value)
  }

  static func signed(_ value: Double, digits: Int = 4) -> String { String(format: "%+.\(digits)f", value) }

  static func row(_ cells: [String], header: Bool = false) -> String {
    let tag = header ? "th" : "td"
    return "<tr>" + cells.map { "<\(tag)>\($0)</\(tag)>" }.joined() + "</tr>\n"
  }

  static func table(_ head: [String], _ rows: [[String]]) -> String {
    "<table>\n<thead>" + row(head, header: true) + "</thead>\n<tbody>"
      + rows.map { row($0) }.joined() + "</tbody></table>\n"
  }
}
