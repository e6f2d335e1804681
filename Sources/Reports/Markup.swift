import Foundation

/// Pieces of HTML that are safe whatever the text.
package enum Markup {
  package static func escaped(_ text: String) -> String {
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

  package static func number(_ value: Double?, digits: Int = 4) -> String {
    guard let value, value.isFinite else { return "–" }
    return String(format: "%.\(digits)f", value)
  }

  package static func probability(_ value: Double?) -> String {
    guard let value else { return "–" }
    return value < 0.0001 ? String(format: "%.1e", value) : String(format: "%.4f", value)
  }

  package static func signed(_ value: Double, digits: Int = 4) -> String {
    String(format: "%+.\(digits)f", value)
  }

  package static func row(_ cells: [String], header: Bool = false) -> String {
    let tag = header ? "th" : "td"
    return "<tr>" + cells.map { "<\(tag)>\($0)</\(tag)>" }.joined() + "</tr>\n"
  }

  package enum TableStyle: String, Sendable {
    case plain = "w"
    /// A row becomes a paragraph where the page is narrow.
    case stacked = "w s"
    /// Narrow columns, scrolled to the last where they do not fit.
    case timeline = "w l"
  }

  package static func table(
    _ head: [String], _ rows: [[String]], style: TableStyle = .plain
  ) -> String {
    "<div class=\"\(style.rawValue)\"><table>\n<thead>" + row(head, header: true) + "</thead>\n<tbody>"
      + rows.map { row($0) }.joined() + "</tbody></table></div>\n"
  }

  package static func figure(_ plot: Plot) -> String { "<figure>\(plot.svg)</figure>\n" }
}
