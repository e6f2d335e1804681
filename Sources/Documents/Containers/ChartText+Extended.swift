/// Charts of the kinds that came with Office 2016: waterfall, funnel, treemap, histogram, map.
extension ChartText {
  static func extended(_ root: XMLNode) -> Chart {
    var chart = Chart()
    guard let node = root.first("chart") else { return chart }
    chart.title = node.first("title").map(extendedText) ?? ""
    var data: [String: XMLNode] = [:]
    for one in root.first("chartData")?.elements("data") ?? [] {
      if let id = one.attribute("id") { data[id] = one }
    }
    let area = node.first("plotArea")
    for axis in area?.elements("axis") ?? [] {
      if let title = axis.first("title").map(extendedText), !title.isEmpty { chart.axes.append(title) }
    }
    for node in area?.first("plotAreaRegion")?.elements("series") ?? [] {
      guard let id = node.first("dataId")?.attribute("val"), let source = data[id] else { continue }
      if let kind = node.attribute("layoutId") { chart.kinds.append(kind) }
      var series = Series()
      series.name = node.first("tx").map { $0.descendant("v")?.text ?? "" } ?? ""
      for dimension in source.elements {
        if dimension.name == "strDim" {
          if series.categories.isEmpty { series.categories = levels(dimension, isNumber: false) }
        } else if dimension.name == "numDim", series.values.isEmpty {
          series.values = levels(dimension, isNumber: true)
        }
      }
      chart.series.append(series)
    }
    return chart
  }

  /// Levels come innermost first, each with a label at every index that it names.
  private static func levels(_ dimension: XMLNode, isNumber: Bool) -> [Int: String] {
    var joined: [Int: String] = [:]
    for level in dimension.elements("lvl") {
      let format = level.attribute("formatCode") ?? "General"
      for point in level.elements("pt") {
        guard let index = point.attribute("idx").flatMap({ Int($0) }) else { continue }
        let value = isNumber ? ChartNumber.text(point.text, format: format) : point.text
        joined[index] = joined[index].map { value + " / " + $0 } ?? value
      }
    }
    return joined
  }

  private static func extendedText(_ title: XMLNode) -> String {
    guard let source = title.first("tx") else { return "" }
    if source.first("rich") != nil { return text(title) }
    return source.descendant("v").flatMap { TextAssembler.oneLine($0.text) } ?? ""
  }
}
