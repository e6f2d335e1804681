extension SourceMap {
  /// The map from the text to the file, where this one leads from a text of `count` bytes to another text and `inner`
  /// from that to the file.
  ///
  /// - Complexity: O(runs of both), and for text whose units are no single bytes O(its units × log runs).
  func composed(with inner: SourceMap, count: Int) -> SourceMap {
    if inner.runs.isEmpty { return self }
    if runs.isEmpty { return inner }
    var out = RunList()
    var next = 0
    let outer = runs[0].text > 0 ? [Run(text: 0, source: 0)] + runs : runs
    for (index, run) in outer.enumerated() {
      let end = index + 1 < outer.count ? outer[index + 1].text : max(count, run.text + 1)
      if run.sourceUnit == 0 {
        out.add(
          Run(text: run.text, source: inner.sourceOffset(run.source), textUnit: run.textUnit, sourceUnit: 0))
      } else if run.textUnit == 1, run.sourceUnit == 1 {
        inner.pieces(from: run.source, count: end - run.text, at: run.text, startingNear: &next) {
          out.add($0)
        }
      } else {
        var text = run.text
        var source = run.source
        while text < end {
          let range = inner.sourceRange(source..<(source + run.sourceUnit))
          out.add(
            Run(text: text, source: range.lowerBound, textUnit: run.textUnit, sourceUnit: range.count))
          text += run.textUnit
          source += run.sourceUnit
        }
      }
    }
    return SourceMap(runs: out.runs)
  }

  /// The runs that cover `count` bytes from `source` on, for a text that copies them to `text`.
  private func pieces(
    from source: Int, count: Int, at text: Int, startingNear hint: inout Int, _ body: (Run) -> Void
  ) {
    var index = hint < runs.count && runs[hint].text <= source ? hint : 0
    while index + 1 < runs.count, runs[index + 1].text <= source { index += 1 }
    hint = index
    if source < runs[0].text { body(Run(text: text, source: source)) }
    while index < runs.count, runs[index].text < source + count {
      let run = runs[index]
      let start = max(source, run.text)
      let from = run.source + (start - run.text) / run.textUnit * run.sourceUnit
      body(
        Run(
          text: text + start - source, source: from, textUnit: run.textUnit, sourceUnit: run.sourceUnit))
      index += 1
    }
  }
}

/// Runs in order, where one that only goes on with the last is left out.
private struct RunList {
  private(set) var runs: [SourceMap.Run] = []

  mutating func add(_ run: SourceMap.Run) {
    if let last = runs.last {
      if last.text == run.text { runs.removeLast() }
      if last.textUnit == run.textUnit, last.sourceUnit == run.sourceUnit, last.text < run.text {
        let distance = run.text - last.text
        let goesOn =
          run.sourceUnit == 0
          ? last.source == run.source
          : distance % run.textUnit == 0
            && last.source + distance / run.textUnit * run.sourceUnit == run.source
        if goesOn { return }
      }
    }
    runs.append(run)
  }
}
