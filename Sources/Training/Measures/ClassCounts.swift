/// How often each class is true, said, and both.
package struct ClassCounts: Sendable {
  package struct Class: Sendable {
    var hits = 0.0
    var said = 0.0
    var isTrue = 0.0

    /// 0 where the class is never said, as scikit-learn has it.
    package var precision: Double { said > 0 ? hits / said : 0 }
    package var recall: Double { isTrue > 0 ? hits / isTrue : 0 }
    package var f1: Double { said + isTrue > 0 ? 2 * hits / (said + isTrue) : 0 }
  }

  package private(set) var classes: [Class]
  private var total = 0.0

  /// - Complexity: O(n × classes).
  package init(_ predictions: Predictions) {
    classes = [Class](repeating: Class(), count: predictions.values.columns)
    for (row, label) in predictions.classes.enumerated() {
      let weight = predictions.weight(row)
      classes[label].said += weight
      classes[Int(predictions.target[row])].isTrue += weight
      if Double(label) == predictions.target[row] { classes[label].hits += weight }
      total += weight
    }
  }

  /// Over classes that are true or said of a row.
  func meanOfAll(_ share: KeyPath<Class, Double>) -> Double {
    let seen = classes.filter { $0.isTrue > 0 || $0.said > 0 }
    return seen.reduce(0) { $0 + $1[keyPath: share] } / Double(seen.count)
  }

  /// Over classes that are true of a row.
  func meanOfSeen(_ share: KeyPath<Class, Double>) -> Double {
    let seen = classes.filter { $0.isTrue > 0 }
    return seen.reduce(0) { $0 + $1[keyPath: share] } / Double(seen.count)
  }

  /// - Source: Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", Computational
  ///   Biology and Chemistry 2004.
  var matthews: Double {
    let hits = classes.reduce(0) { $0 + $1.hits }
    let both = classes.reduce(0) { $0 + $1.said * $1.isTrue }
    let said = classes.reduce(0) { $0 + $1.said * $1.said }
    let isTrue = classes.reduce(0) { $0 + $1.isTrue * $1.isTrue }
    let scale = ((total * total - said) * (total * total - isTrue)).squareRoot()
    return scale > 0 ? (hits * total - both) / scale : 0
  }
}
