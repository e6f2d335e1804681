import Kernels

/// A fitted model: numbers in, scores out, and the link that makes probabilities or values of them.
package struct Estimator: Hashable, Sendable {
  package enum Form: Hashable, Sendable {
    case linear(LinearModel)
    /// `sources`: the trees in XGBoost's JSON, one model or one a class.
    case trees(TreeEnsemble, sources: [[UInt8]])
  }

  package var form: Form
  package var link: Link

  package init(_ form: Form, link: Link) {
    self.form = form
    self.link = link
  }

  package var featureCount: Int {
    switch form {
    case .linear(let model): model.featureCount
    case .trees(let trees, _): trees.featureCount
    }
  }

  /// - Parameter rows: shape `[n, features]`.
  /// - Returns: shape `[n, outputs]`, before the link.
  package func scores(_ rows: Matrix) -> Matrix {
    switch form {
    case .linear(let model): model.scores(rows)
    case .trees(let trees, _): trees.scores(rows)
    }
  }
}
