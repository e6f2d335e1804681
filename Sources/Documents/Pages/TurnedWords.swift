/// Words that are printed from the bottom up or the top down, beside a page's text.
enum TurnedWords {
  /// - Returns: numbers of the upright words of `range`; of the others, in the source's order, in runs above each other.
  /// - Complexity: O(words).
  static func split(_ range: Range<Int>, _ words: [LayoutWord]) -> (upright: [Int], turned: [[Int]]) {
    guard range.contains(where: { isTurned(words[$0]) }) else { return (Array(range), []) }
    var upright: [Int] = []
    var turned: [[Int]] = []
    for number in range {
      let box = words[number].box
      if let last = turned.last?.last, last == number - 1, isBeside(words[last].box, box),
        isTurned(words[number]) || words[number].text.utf8.count <= 3
      {
        turned[turned.count - 1].append(number)
      } else if isTurned(words[number]) {
        turned.append([number])
      } else {
        upright.append(number)
      }
    }
    return (upright, turned)
  }

  private static func isTurned(_ word: LayoutWord) -> Bool {
    let count = word.text.unicodeScalars.count
    guard count >= 3, word.box.width > 0 else { return false }
    return word.box.height > (count >= 5 ? 1.3 : 2) * word.box.width
  }

  /// Whether one stands above the other in one line that runs up or down.
  private static func isBeside(_ first: PageBox, _ second: PageBox) -> Bool {
    let width = min(first.width, second.width)
    let gap = max(first.top, second.top) - min(first.bottom, second.bottom)
    return first.horizontalOverlap(second) > 0.5 * width && gap < max(first.width, second.width)
  }
}
