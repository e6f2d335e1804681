/// Decision trees whose leaves are added up, in one array of nodes.
///
/// Sums are float32 in the order of the trees, as XGBoost 1.7 adds them, so that scores are equal to the bit.
package struct TreeEnsemble: Hashable, Sendable {
  package struct Node: BitwiseCopyable, Hashable, Sendable {
    /// Column that decides; -1 for a leaf.
    package var feature: Int32
    /// A row goes left where its value is less than this. Of a leaf: what it adds.
    package var value: Float
    /// Node of the left branch; the right one follows it.
    package var left: Int32
    /// Where a row without a value (NaN) goes.
    package var missingGoesLeft: Bool

    package init(feature: Int32, value: Float, left: Int32, missingGoesLeft: Bool) {
      self.feature = feature
      self.value = value
      self.left = left
      self.missingGoesLeft = missingGoesLeft
    }

    package static func leaf(_ value: Float) -> Node {
      Node(feature: -1, value: value, left: 0, missingGoesLeft: false)
    }

    package var isLeaf: Bool { feature < 0 }
  }

  /// Rows whose scores are computed together, so that a tree's nodes stay in the cache.
  private static let block = 64

  package let nodes: [Node]
  /// First node of each tree.
  package let roots: [Int32]
  /// Which output each tree adds to.
  package let outputs: [Int32]
  /// What each output begins with.
  package let base: [Float]
  package let featureCount: Int

  /// `nil` where a branch leads back or out, or a feature or an output is out of range: walks end and stay inside.
  ///
  /// - Complexity: O(nodes).
  package init?(nodes: [Node], roots: [Int32], outputs: [Int32], base: [Float], featureCount: Int) {
    guard roots.count == outputs.count, roots.allSatisfy({ nodes.indices.contains(Int($0)) }),
      outputs.allSatisfy({ base.indices.contains(Int($0)) })
    else { return nil }
    for (place, node) in nodes.enumerated() where !node.isLeaf {
      guard Int(node.left) > place, Int(node.left) + 1 < nodes.count, Int(node.feature) < featureCount
      else { return nil }
    }
    self.nodes = nodes
    self.roots = roots
    self.outputs = outputs
    self.base = base
    self.featureCount = featureCount
  }

  /// The sums of the leaves that each row falls into.
  ///
  /// - Parameter rows: shape `[n, featureCount]`; NaN is missing.
  /// - Returns: shape `[n, outputs]`.
  /// - Complexity: O(n × trees × depth).
  package func scores(_ rows: Matrix) -> Matrix {
    precondition(rows.columns == featureCount, "\(rows.columns) columns for \(featureCount) features")
    let width = base.count
    var result = Matrix(rows: rows.rows, columns: width)
    result.values.withUnsafeMutableBufferPointer { result in
      rows.values.withUnsafeBufferPointer { values in
        nodes.withUnsafeBufferPointer { nodes in
          for first in stride(from: 0, to: rows.rows, by: Self.block) {
            let end = min(first + Self.block, rows.rows)
            for row in first..<end {
              for output in 0..<width { result[row * width + output] = base[output] }
            }
            for (tree, root) in roots.enumerated() {
              let output = Int(outputs[tree])
              for row in first..<end {
                var node = nodes[Int(root)]
                while node.feature >= 0 {
                  let value = values[row * featureCount + Int(node.feature)]
                  let goesLeft = value.isNaN ? node.missingGoesLeft : value < node.value
                  node = nodes[Int(node.left) + (goesLeft ? 0 : 1)]
                }
                result[row * width + output] += node.value
              }
            }
          }
        }
      }
    }
    return result
  }
}
