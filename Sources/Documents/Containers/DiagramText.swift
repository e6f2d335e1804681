/// The texts of a SmartArt diagram as nested list items, in the order of its tree.
///
/// - Source: ECMA-376 part 1, section 21.4.
enum DiagramText {
  /// A text and how deep it stands, from 1.
  struct Item {
    var level: Int
    var text: [UInt8]
  }

  /// - Parameter data: the root of a diagram's data part.
  /// - Complexity: O(points + connections).
  static func items(_ data: XMLNode) -> [Item] {
    var texts: [String: [UInt8]] = [:]
    var order: [String] = []
    var root: String?
    for point in data.first("ptLst")?.elements("pt") ?? [] {
      guard let id = point.attribute("modelId") else { continue }
      if point.attribute("type") == "doc" { root = id }
      var line = OfficeText()
      for paragraph in point.first("t")?.elements("p") ?? [] {
        line.space()
        DrawingText.gather(paragraph, &line)
      }
      texts[id] = line.takeOneLine()
      order.append(id)
    }
    var children: [String: [(order: Int, id: String)]] = [:]
    for connection in data.first("cxnLst")?.elements("cxn") ?? [] {
      guard connection.attribute("type") ?? "parOf" == "parOf", let from = connection.attribute("srcId"),
        let to = connection.attribute("destId")
      else { continue }
      children[from, default: []].append((Int(connection.attribute("srcOrd") ?? "") ?? 0, to))
    }
    var items: [Item] = []
    var seen: Set<String> = []
    var open = [(id: root ?? "", level: 0)]
    while let (id, level) = open.popLast() {
      guard seen.insert(id).inserted else { continue }
      if let text = texts[id], !text.isEmpty { items.append(Item(level: max(1, min(level, 9)), text: text)) }
      for child in (children[id] ?? []).sorted(by: { ($1.order, $1.id) < ($0.order, $0.id) }) {
        open.append((child.id, level + 1))
      }
    }
    for id in order where !seen.contains(id) {
      if let text = texts[id], !text.isEmpty { items.append(Item(level: 1, text: text)) }
    }
    return items
  }

  static func append(_ data: XMLNode, to assembler: TextAssembler) throws(DocumentError) {
    for item in items(data) {
      try assembler.append(.listItem, level: item.level, Array("- ".utf8) + item.text)
    }
  }
}
