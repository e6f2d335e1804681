/// A dense row-major n×d matrix of float32. Everywhere in `rag`, "matrix" means this layout.
package struct Matrix: Hashable, Sendable {
  package let rows: Int
  package let columns: Int
  /// Shape `[rows × columns]`, row-major.
  package var values: [Float]

  package init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Float](repeating: 0, count: rows * columns))
  }

  /// Row `index` as a copy, shape `[columns]`.
  package func row(_ index: Int) -> [Float] {
    Array(values[index * columns..<(index + 1) * columns])
  }
}
