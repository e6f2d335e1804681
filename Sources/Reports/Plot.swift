import Foundation

/// A line, dot or bar plot as inline SVG: no script, no other file.
package struct Plot: Sendable {
  package struct Series: Sendable {
    package enum Style: Sendable { case line, steps, dots, bars }

    package var name: String
    package var style: Style
    package var points: [(x: Double, y: Double)]
    /// Of each point, shown when it is pointed at.
    package var labels: [String]

    package init(name: String, style: Style, points: [(x: Double, y: Double)], labels: [String] = []) {
      self.name = name
      self.style = style
      self.points = points
      self.labels = labels
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var series: [Series]
  /// A vertical line with its name.
  package var mark: (x: Double, name: String)?
  package var xRange: ClosedRange<Double>?
  package var yRange: ClosedRange<Double>?
  /// Whether ticks of the x axis are told.
  package var showsXTicks = true

  package init(title: String, xLabel: String, yLabel: String, series: [Series]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  private static let width = 640.0
  private static let height = 300.0
  private static let left = 62.0
  private static let right = 16.0
  private static let top = 34.0
  private static let bottom = 46.0
  private static let colours = ["#1f6feb", "#d1242f", "#2da44e", "#9a6700", "#8250df"]

  /// The plot as an `<svg>` element.
  package var svg: String {
    let all = series.flatMap(\.points)
    let hasBars = series.contains { $0.style == .bars }
    let x = xRange ?? Self.range(all.map(\.x), padding: hasBars ? 0.5 : 0)
    let y = yRange ?? Self.range(all.map(\.y) + (hasBars ? [0] : []), padding: 0)
    func px(_ value: Double) -> Double {
      Self.left + (value - x.lowerBound) / (x.upperBound - x.lowerBound)
        * (Self.width - Self.left - Self.right)
    }
    func py(_ value: Double) -> Double {
      Self.height - Self.bottom
        - (value - y.lowerBound) / (y.upperBound - y.lowerBound) * (Self.height - Self.top - Self.bottom)
    }
    func f(_ value: Double) -> String { String(format: "%.1f", value) }
    var svg =
      "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" aria-label=\"\(Markup.escaped(title))\">"
      + "<text class=\"t\" x=\"\(f(Self.left))\" y=\"18\">\(Markup.escaped(title))</text>"
    for tick in Self.ticks(y) {
      svg +=
        "<line class=\"g\" x1=\"\(f(Self.left))\" x2=\"\(f(Self.width - Self.right))\" y1=\"\(f(py(tick)))\" y2=\"\(f(py(tick)))\"/>"
        + "<text class=\"k\" text-anchor=\"end\" x=\"\(f(Self.left - 6))\" y=\"\(f(py(tick) + 4))\">\(Self.shown(tick))</text>"
    }
    if showsXTicks {
      for tick in Self.ticks(x) {
        svg +=
          "<text class=\"k\" text-anchor=\"middle\" x=\"\(f(px(tick)))\" y=\"\(f(Self.height - Self.bottom + 16))\">\(Self.shown(tick))</text>"
      }
    }
    svg +=
      "<text class=\"k\" text-anchor=\"middle\" x=\"\(f((Self.left + Self.width - Self.right) / 2))\" y=\"\(f(Self.height - 8))\">\(Markup.escaped(xLabel))</text>"
      + "<text class=\"k\" text-anchor=\"middle\" transform=\"rotate(-90 14 \(f(Self.height / 2)))\" x=\"14\" y=\"\(f(Self.height / 2))\">\(Markup.escaped(yLabel))</text>"
    for (index, one) in series.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      switch one.style {
      case .line, .steps:
        var path = ""
        for (place, point) in one.points.enumerated() {
          if place > 0, one.style == .steps {
            path += "L\(f(px(point.x))) \(f(py(one.points[place - 1].y)))"
          }
          path += (place == 0 ? "M" : "L") + "\(f(px(point.x))) \(f(py(point.y)))"
        }
        svg += "<path fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" d=\"\(path)\"/>"
      case .dots:
        for (place, point) in one.points.enumerated() {
          svg +=
            "<circle fill=\"\(colour)\" cx=\"\(f(px(point.x)))\" cy=\"\(f(py(point.y)))\" r=\"3.5\">"
            + Self.tip(one.labels, place) + "</circle>"
        }
      case .bars:
        let wide = max(0.8, (px(1) - px(0)) * 0.8)
        for (place, point) in one.points.enumerated() {
          let top = py(max(point.y, 0))
          let tall = max(0.5, abs(py(point.y) - py(0)))
          svg +=
            "<rect fill=\"\(Self.colours[point.y < 0 ? 1 : 0])\" x=\"\(f(px(point.x) - wide / 2))\" y=\"\(f(top))\" width=\"\(f(wide))\" height=\"\(f(tall))\">"
            + Self.tip(one.labels, place) + "</rect>"
        }
      }
    }
    if series.count > 1 {
      for (index, one) in series.enumerated() {
        let y = Self.top + 8 + Double(index) * 16
        svg +=
          "<rect fill=\"\(Self.colours[index % Self.colours.count])\" x=\"\(f(Self.width - 200))\" y=\"\(f(y - 8))\" width=\"10\" height=\"10\"/>"
          + "<text class=\"k\" x=\"\(f(Self.width - 184))\" y=\"\(f(y + 1))\">\(Markup.escaped(one.name))</text>"
      }
    }
    if let mark {
      svg +=
        "<line class=\"m\" x1=\"\(f(px(mark.x)))\" x2=\"\(f(px(mark.x)))\" y1=\"\(f(Self.top))\" y2=\"\(f(Self.height - Self.bottom))\"/>"
        + "<text class=\"k\" x=\"\(f(px(mark.x) + 4))\" y=\"\(f(Self.height - Self.bottom - 6))\">\(Markup.escaped(mark.name))</text>"
    }
    return svg + "</svg>\n"
  }

  private static func tip(_ labels: [String], _ place: Int) -> String {
    place < labels.count ? "<title>\(Markup.escaped(labels[place]))</title>" : ""
  }

  private static func range(_ values: [Double], padding: Double) -> ClosedRange<Double> {
    let known = values.filter(\.isFinite)
    guard let low = known.min(), let high = known.max() else { return 0...1 }
    if high - low < 1e-12 { return (low - 0.5)...(high + 0.5) }
    return (low - padding)...(high + padding)
  }

  /// About five round numbers inside `range`.
  static func ticks(_ range: ClosedRange<Double>) -> [Double] {
    let span = range.upperBound - range.lowerBound
    let rough = span / 5
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
    return stride(
      from: (range.lowerBound / step).rounded(.up) * step, through: range.upperBound + step * 1e-9, by: step
    )
    .map { abs($0) < step * 1e-9 ? 0 : $0 }
  }

  private static func shown(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e6 ? String(Int(value)) : String(format: "%.3g", value)
  }
}
