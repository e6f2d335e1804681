/// Text of charts: the title, then a table with a line a category and a column a series.
///
/// Word, PowerPoint and Excel keep a chart as a part of its own (`chartSpace`), with the values as they were last
/// shown; the workbook behind them isn't needed.
///
/// - Source: ECMA-376 part 1, section 21.2; for the kinds of 2016 on (`cx`), [MS-ODRAWXML] 2.24.3.
enum ChartText {
  /// One row of numbers or points of a chart.
  struct Series {
    var name = ""
    /// Categories, or x values, by index.
    var categories: [Int: String] = [:]
    var values: [Int: String] = [:]
    var sizes: [Int: String] = [:]
    var isScatter = false
  }

  /// A chart without its drawing.
  struct Chart {
    var title = ""
    var kinds: [String] = []
    var axes: [String] = []
    var categoryAxis = ""
    var series: [Series] = []
  }

  /// Points of a chart that are shown; more are an image of data, not data.
  static let mostPoints = 10_000

  /// Appends what the chart part `root` shows.
  ///
  /// - Parameter root: the root element of the part, `chartSpace` of either kind.
  /// - Returns: whether there was anything to append.
  /// - Complexity: O(nodes).
  @discardableResult
  static func append(_ root: XMLNode, to assembler: TextAssembler) throws(DocumentError) -> Bool {
    let chart = root.first("chartData") == nil ? classic(root) : extended(root)
    return try append(chart, to: assembler)
  }

  /// Appends a title and a table.
  @discardableResult
  static func append(_ chart: Chart, to assembler: TextAssembler) throws(DocumentError) -> Bool {
    let series = chart.series.filter { !$0.values.isEmpty || !$0.categories.isEmpty }
    guard !chart.title.isEmpty || !series.isEmpty else { return false }
    var title = chart.title
    if title.isEmpty, series.count == 1 { title = series[0].name }
    var caption = "Chart" + (title.isEmpty ? "" : ": " + title)
    if !chart.axes.isEmpty { caption += " (" + chart.axes.joined(separator: "; ") + ")" }
    try assembler.append(.paragraph, caption)
    guard !series.isEmpty else { return true }
    let count = series.reduce(0) { $0 + max($1.values.count, $1.categories.count) }
    guard count <= mostPoints else {
      assembler.notes.append(
        ReadingNote(
          page: assembler.page > 0 ? assembler.page : nil,
          "a chart has \(count) points, over \(mostPoints), and only its title and series are read"))
      try assembler.append(.paragraph, "Series: " + series.map(\.name).joined(separator: ", "))
      return true
    }
    try assembler.append(grid(series, chart), as: .rows)
    return true
  }

  private static func grid(_ series: [Series], _ chart: Chart) -> TableGrid {
    func cell(_ text: String, isHeader: Bool = false) -> TableGrid.Cell {
      TableGrid.Cell(text: Array((TextAssembler.oneLine(text) ?? "").utf8), isHeader: isHeader)
    }
    func name(_ index: Int) -> String {
      series[index].name.isEmpty ? "Series \(index + 1)" : series[index].name
    }
    var grid = TableGrid()
    let isShared = series.allSatisfy {
      $0.sizes.isEmpty && ($0.categories == series[0].categories || $0.categories.isEmpty)
    }
    if isShared {
      let label = chart.categoryAxis.isEmpty ? (series[0].isScatter ? "X" : "Category") : chart.categoryAxis
      grid.rows.append(
        TableGrid.Row(
          cells: [cell(label, isHeader: true)] + series.indices.map { cell(name($0), isHeader: true) }))
      let indexes = Set(series.flatMap { Array($0.values.keys) } + Array(series[0].categories.keys)).sorted()
      for index in indexes {
        let category = series[0].categories[index] ?? String(index + 1)
        grid.rows.append(
          TableGrid.Row(cells: [cell(category)] + series.map { cell($0.values[index] ?? "") }))
      }
      return grid
    }
    let hasSizes = series.contains { !$0.sizes.isEmpty }
    let names = ["Series", series[0].isScatter ? "X" : "Category", series[0].isScatter ? "Y" : "Value"]
    grid.rows.append(
      TableGrid.Row(cells: (names + (hasSizes ? ["Size"] : [])).map { cell($0, isHeader: true) }))
    for (number, one) in series.enumerated() {
      for index in Set(Array(one.values.keys) + Array(one.categories.keys)).sorted() {
        var cells = [
          cell(name(number)), cell(one.categories[index] ?? String(index + 1)), cell(one.values[index] ?? ""),
        ]
        if hasSizes { cells.append(cell(one.sizes[index] ?? "")) }
        grid.rows.append(TableGrid.Row(cells: cells))
      }
    }
    return grid
  }
}
