/// Charts of all versions of Office since 2007.
extension ChartText {
  static func classic(_ root: XMLNode) -> Chart {
    var chart = Chart()
    guard let node = root.first("chart") else { return chart }
    chart.title = node.first("title").map(text) ?? ""
    guard let area = node.first("plotArea") else { return chart }
    for plot in area.elements {
      if plot.name.hasSuffix("Chart") {
        chart.kinds.append(String(plot.name.dropLast(5)))
        for series in plot.elements("ser") { chart.series.append(read(series)) }
      } else if plot.name.hasSuffix("Ax"), let title = plot.first("title").map(text), !title.isEmpty {
        if plot.name == "catAx" || plot.name == "dateAx" {
          if chart.categoryAxis.isEmpty { chart.categoryAxis = title }
        } else if !chart.axes.contains(title) {
          chart.axes.append(title)
        }
      }
    }
    return chart
  }

  private static func read(_ node: XMLNode) -> Series {
    var series = Series()
    if let name = node.first("tx") {
      series.name = name.first("v").map(\.text) ?? name.descendant("v")?.text ?? ""
    }
    series.isScatter = node.first("xVal") != nil || node.first("yVal") != nil
    series.categories = (node.first("cat") ?? node.first("xVal")).map(points) ?? [:]
    series.values = (node.first("val") ?? node.first("yVal")).map(points) ?? [:]
    series.sizes = node.first("bubbleSize").map(points) ?? [:]
    return series
  }

  /// The points of a cache or a literal by their index; levels of categories are joined, outermost first.
  private static func points(_ node: XMLNode) -> [Int: String] {
    guard let source = node.elements.first(where: { _ in true }) else { return [:] }
    let cache =
      source.elements.first { $0.name.hasSuffix("Cache") } ?? (source.name.hasSuffix("Lit") ? source : nil)
    guard let cache else { return [:] }
    let levels = cache.elements("lvl")
    guard !levels.isEmpty else { return level(cache) }
    // An outer label stands once for all that it spans.
    let maps = levels.map(level)
    let last = maps.flatMap { $0.keys }.max() ?? 0
    guard last < mostPoints else { return maps[0] }
    var joined: [Int: String] = [:]
    var current = [String](repeating: "", count: maps.count)
    for index in 0...last {
      for (depth, map) in maps.enumerated() where map[index] != nil { current[depth] = map[index] ?? "" }
      guard maps[0][index] != nil else { continue }
      joined[index] = current.reversed().filter { !$0.isEmpty }.joined(separator: " / ")
    }
    return joined
  }

  private static func level(_ node: XMLNode) -> [Int: String] {
    let format = node.first("formatCode")?.text ?? "General"
    var points: [Int: String] = [:]
    for point in node.elements("pt") {
      guard let index = point.attribute("idx").flatMap({ Int($0) }), let value = point.first("v")?.text else {
        continue
      }
      let isNumber = node.name.hasPrefix("num")
      points[index] =
        isNumber ? ChartNumber.text(value, format: point.attribute("formatCode") ?? format) : value
    }
    return points
  }

  /// The text of a title, from its paragraphs or from the cell that it shows.
  static func text(_ title: XMLNode) -> String {
    guard let source = title.first("tx") else { return "" }
    if let rich = source.first("rich") {
      let lines = rich.elements("p").compactMap { paragraph -> String? in
        let runs = paragraph.elements.map { $0.first("t")?.text ?? "" }
        return TextAssembler.oneLine(runs.joined())
      }
      return lines.joined(separator: " ")
    }
    return source.descendant("v").flatMap { TextAssembler.oneLine($0.text) } ?? ""
  }
}
