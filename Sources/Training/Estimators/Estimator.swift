import Kernels

/// A fitted model: numbers in, scores out, and the link that makes probabilities or values of them.
package struct Estimator: Hashable, Sendable {
  package enum Form: Hashable, Sendable {
    case linear(LinearModel)
    case components(ComponentModel)
    case centres(CentreModel)
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
    case .components(let model): model.mean.count
    case .centres(let model): model.featureCount
    case .trees(let trees, _): trees.featureCount
    }
  }

  package var outputCount: Int {
    switch form {
    case .linear(let model): model.bias.count
    case .components(let model): model.count
    case .centres(let model): model.count
    case .trees(let trees, _): trees.base.count
    }
  }

  /// Whether it has a number for each feature and output.
  var isWhole: Bool {
    let held =
      switch form {
      case .linear(let model): model.weights.count
      case .components(let model): model.components.count
      case .centres(let model): model.centres.count
      case .trees: featureCount * outputCount
      }
    return outputCount > 0 && held == featureCount * outputCount
  }

  /// Of the prepared rows that were learned from, shape `[features]`; empty where something is predicted.
  package var mean: [Float] {
    switch form {
    case .components(let model): model.mean
    case .centres(let model): model.mean
    case .linear, .trees: []
    }
  }

  /// - Parameter rows: shape `[n, features]`.
  /// - Returns: shape `[n, outputs]`, before the link.
  package func scores(_ rows: Matrix) -> Matrix {
    switch form {
    case .linear(let model): model.scores(rows)
    case .components(let model): model.scores(rows)
    case .centres(let model): model.scores(rows)
    case .trees(let trees, _): trees.scores(rows)
    }
  }
}
