import LexicalIndex
import TestSupport
import Testing

@Suite struct EditDistanceTests {
  /// The whole table, as the definition has it.
  private func slow(_ a: [UInt32], _ b: [UInt32]) -> Int {
    var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count { table[i][0] = i }
    for j in 0...b.count { table[0][j] = j }
    for i in 0..<a.count {
      for j in 0..<b.count {
        var cost = min(table[i][j + 1] + 1, table[i + 1][j] + 1, table[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, table[i - 1][j - 1] + 1) }
        table[i + 1][j + 1] = cost
      }
    }
    return table[a.count][b.count]
  }

  @Test(arguments: [1, 2, 3]) func equalsTheWholeTable(_ limit: Int) {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<3000 {
      let a = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
        UInt32.random(in: 97...99, using: &generator)
      }
      var edits = EditDistance(from: a, limit: limit)
      // Rows are used again: what an earlier word left must not matter.
      for _ in 0..<5 {
        let b = (0..<Int.random(in: 0...11, using: &generator)).map { _ in
          UInt8.random(in: 97...99, using: &generator)
        }
        let right = slow(a, b.map(UInt32.init))
        #expect(edits.distance(to: b) == (right <= limit ? right : nil), "\(a) \(b), limit \(limit), seed 7")
      }
    }
  }
}
