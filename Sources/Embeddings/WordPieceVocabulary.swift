/// The tokens of a WordPiece model, as a trie over UTF-8 bytes.
///
/// The trie is a double array: cell `base[s] + byte` is the child of `s` if its `parent` is `s`.
/// - Source: Aoe 1989, "An efficient digital search algorithm by using a double-array structure".
package struct WordPieceVocabulary: Sendable {
  struct Cell {
    var base: Int32
    var parent: Int32
    /// Token id at this end, or -1.
    var token: Int32
  }

  package let count: Int
  /// Cell 0 is the root.
  let cells: [Cell]
  /// Where "##" leads: the root of pieces inside a word; -1 if there are none.
  let continuation: Int32

  /// Reads `vocab.txt`: a token a line, its id the line's number from 0; of equal tokens the last counts.
  ///
  /// - Throws: `EmbeddingError.modelInvalid` for text that isn't UTF-8 or holds no token.
  /// - Complexity: O(bytes), about 10 ms for 30,000 tokens.
  package init(vocabulary bytes: [UInt8]) throws(EmbeddingError) {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw EmbeddingError(.modelInvalid, "vocab.txt is not UTF-8: install the model again")
    }
    var builder = Builder()
    var count = 0
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      var last = end
      while last > start, bytes[last - 1] == UInt8(ascii: "\r") || bytes[last - 1] == UInt8(ascii: " ") {
        last -= 1
      }
      if last > start { builder.insert(bytes[start..<last], token: Int32(count)) }
      count += 1
      start = end + 1
    }
    guard count > 0 else {
      throw EmbeddingError(.modelInvalid, "vocab.txt is empty: install the model again")
    }
    self.count = count
    let cells = builder.doubleArray()
    self.cells = cells
    continuation = Self.walk(cells, Array("##".utf8)) ?? -1
  }

  /// The id of `token`, or nothing.
  package func id(of token: String) -> Int32? {
    guard let cell = Self.walk(cells, Array(token.utf8)), cells[Int(cell)].token >= 0 else { return nil }
    return cells[Int(cell)].token
  }

  private static func walk(_ cells: [Cell], _ bytes: [UInt8]) -> Int32? {
    var state: Int32 = 0
    for byte in bytes {
      let next = Int(cells[Int(state)].base) + Int(byte)
      guard next < cells.count, cells[next].parent == state else { return nil }
      state = Int32(next)
    }
    return state
  }

  /// A trie of first children and next siblings, then laid out as a double array.
  private struct Builder {
    private struct Node {
      var firstChild: Int32 = -1
      var nextSibling: Int32 = -1
      var token: Int32 = -1
      var byte: UInt8
    }

    private var nodes: [Node] = [Node(byte: 0)]

    init() {
      nodes.reserveCapacity(100_000)
    }

    mutating func insert(_ bytes: ArraySlice<UInt8>, token: Int32) {
      var node = 0
      for byte in bytes {
        var child = nodes[node].firstChild
        var before: Int32 = -1
        while child >= 0, nodes[Int(child)].byte != byte {
          before = child
          child = nodes[Int(child)].nextSibling
        }
        if child >= 0, before >= 0 {
          // To the front, as common bytes come again: chains of hundreds are walked a few steps.
          nodes[Int(before)].nextSibling = nodes[Int(child)].nextSibling
          nodes[Int(child)].nextSibling = nodes[node].firstChild
          nodes[node].firstChild = child
        } else if child < 0 {
          child = Int32(nodes.count)
          nodes.append(Node(nextSibling: nodes[node].firstChild, byte: byte))
          nodes[node].firstChild = child
        }
        node = Int(child)
      }
      nodes[node].token = token
    }

    /// Breadth first, so that the crowded nodes come while there is room.
    func doubleArray() -> [Cell] {
      var cells = [Cell](
        repeating: Cell(base: 0, parent: -1, token: -1), count: nodes.count + nodes.count / 4 + 512)
      cells[0].parent = 0
      var queue: [(node: Int32, cell: Int32)] = [(0, 0)]
      var at = 0
      // From 256 on every free cell can be reached by every byte; below, some never fill and would be tried forever.
      var firstFree = 256
      // Nodes with several children look no further back than this: below it the free cells are too scattered.
      var crowdedFrom = 256
      var bytes: [UInt8] = []
      while at < queue.count {
        let (node, cell) = queue[at]
        at += 1
        bytes.removeAll(keepingCapacity: true)
        var child = nodes[Int(node)].firstChild
        while child >= 0 {
          bytes.append(nodes[Int(child)].byte)
          child = nodes[Int(child)].nextSibling
        }
        guard let lowest = bytes.min() else { continue }
        while cells[firstFree].parent >= 0 {
          firstFree += 1
          if firstFree + 256 >= cells.count { Self.grow(&cells) }
        }
        var place = bytes.count == 1 ? firstFree : max(firstFree, crowdedFrom)
        var tries = 0
        while true {
          if place + 256 >= cells.count { Self.grow(&cells) }
          let base = place - Int(lowest)
          if bytes.allSatisfy({ cells[base + Int($0)].parent < 0 }) { break }
          place += 1
          tries += 1
        }
        if tries > 16 { crowdedFrom = place }
        let base = place - Int(lowest)
        cells[Int(cell)].base = Int32(base)
        child = nodes[Int(node)].firstChild
        while child >= 0 {
          let next = base + Int(nodes[Int(child)].byte)
          cells[next].parent = cell
          cells[next].token = nodes[Int(child)].token
          queue.append((child, Int32(next)))
          child = nodes[Int(child)].nextSibling
        }
      }
      return cells
    }

    private static func grow(_ cells: inout [Cell]) {
      cells += [Cell](repeating: Cell(base: 0, parent: -1, token: -1), count: cells.count / 2 + 512)
    }
  }
}
