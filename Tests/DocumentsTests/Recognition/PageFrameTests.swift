import Testing

import Documents

/// Pages that stand on their side or head, or lean.
@Suite struct PageFrameTests {
  /// A page of level lines, seen by one who turned and leaned it.
  private func page(turn: Int, slope: Double) -> RecognisedText {
    let frame = PageFrame(
      turn: turn, slope: slope, width: turn % 180 == 0 ? 1000 : 1400, height: turn % 180 == 0 ? 1400 : 1000)
    var text = RecognisedText(width: frame.width, height: frame.height, words: [])
    for line in 0..<12 {
      for column in 0..<6 {
        let left = Double(100 + column * 130)
        let top = Double(100 + line * 60)
        let box = PageBox(left: left, top: top, right: left + 110, bottom: top + 24)
        text.words.append(
          .init(
            text: "word", box: frame.source(box), confidence: 95,
            line: .init(block: 1, paragraph: 1, line: line)))
      }
    }
    return text
  }

  @Test(arguments: [0, 90, 180, 270], [0, 0.03, -0.05]) func isFound(turn: Int, slope: Double) {
    let text = page(turn: turn, slope: slope)
    let frame = PageFrame(of: text)
    #expect(frame.turn == turn)
    #expect(abs(frame.slope - slope) < 0.004, "\(frame.slope)")
    // The lines are level, and in the order that they were written in.
    let upright = text.lines.map { $0.map { frame.upright($0.box) } }
    for line in upright {
      let bottoms = line.map(\.bottom)
      #expect((bottoms.max() ?? 0) - (bottoms.min() ?? 0) < 6, "\(bottoms)")
      #expect(line.map(\.left) == line.map(\.left).sorted())
    }
    let tops = upright.compactMap { $0.first?.top }
    #expect(tops == tops.sorted() && tops.count == 12)
    // What is shown to people holds the box of the source.
    for word in text.words {
      let back = frame.source(frame.upright(word.box))
      #expect(back.left <= word.box.left + 4 && back.right >= word.box.right - 4)
      #expect(abs((back.top + back.bottom) - (word.box.top + word.box.bottom)) < 4)
    }
  }

  @Test func otherDirectionsOfWriting() {
    var text = page(turn: 180, slope: 0)
    for index in text.words.indices { text.words[index].text = "שלום" }
    #expect(PageFrame(of: text).turn == 0, "Hebrew runs to the left on an upright page")
    text = page(turn: 270, slope: 0)
    for index in text.words.indices { text.words[index].text = "日本" }
    #expect(PageFrame(of: text).turn == 0, "Japanese may run downwards on an upright page")
  }

  @Test(arguments: [("on", 24.0), ("Oh", 35.5), ("pq", 34.5), ("Pq", 46.0), ("€", 35.5)])
  func typeHeight(text: String, height: Double) {
    #expect(abs(TypeHeight.size(of: [(text, height)]) - 50) < 0.01)
  }
}
