import Foundation
import Kernels

extension TreeEnsemble {
  /// Reads models in XGBoost's JSON; several are one after the other, each with an output of its own.
  ///
  /// - Throws: `.damaged` for what is no such model, or one whose trees lead astray.
  /// - Source: XGBoost 1.7, "Introduction to Model IO" and its JSON schema.
  /// - Complexity: O(bytes).
  package init(xgboost models: [[UInt8]]) throws(TrainingError) {
    var nodes: [Node] = []
    var roots: [Int32] = []
    var outputs: [Int32] = []
    var base: [Float] = []
    var featureCount = 0
    for bytes in models {
      let learner: XGBoostModel.Learner
      do {
        learner = try JSONDecoder().decode(XGBoostModel.self, from: Data(bytes)).learner
      } catch {
        throw TrainingError(.damaged, "the trees cannot be read: \(error)", underlying: error)
      }
      let parameters = learner.parameters
      guard let start = Float(parameters.base), let features = Int(parameters.features),
        let classes = Int(parameters.classes), !learner.objective.isUnknown
      else { throw TrainingError(.damaged, "the trees' objective or parameters are not known here") }
      featureCount = max(featureCount, features)
      let first = base.count
      let score = learner.objective.isLogistic ? -log(1 / start - 1) : start
      base += [Float](repeating: score, count: max(1, classes))
      let model = learner.booster.model
      guard model.trees.count == model.outputs.count else {
        throw TrainingError(.damaged, "\(model.trees.count) trees have \(model.outputs.count) outputs")
      }
      for (tree, output) in zip(model.trees, model.outputs) {
        roots.append(Int32(nodes.count))
        outputs.append(Int32(first + output))
        try tree.append(to: &nodes)
      }
    }
    guard
      let ensemble = TreeEnsemble(
        nodes: nodes, roots: roots, outputs: outputs, base: base, featureCount: featureCount)
    else { throw TrainingError(.damaged, "the trees lead to nodes or features that are not there") }
    self = ensemble
  }
}

/// The part of XGBoost's JSON that decides scores.
private struct XGBoostModel: Decodable {
  var learner: Learner

  struct Learner: Decodable {
    var booster: Booster
    var parameters: Parameters
    var objective: Objective

    enum CodingKeys: String, CodingKey {
      case booster = "gradient_booster"
      case parameters = "learner_model_param"
      case objective
    }
  }

  struct Objective: Decodable {
    var name: String

    var isLogistic: Bool { name == "binary:logistic" }
    var isUnknown: Bool {
      !["binary:logistic", "multi:softprob", "reg:squarederror", "rank:ndcg", "rank:pairwise"].contains(name)
    }
  }

  struct Parameters: Decodable {
    var base: String
    var classes: String
    var features: String

    enum CodingKeys: String, CodingKey {
      case base = "base_score"
      case classes = "num_class"
      case features = "num_feature"
    }
  }

  struct Booster: Decodable { var model: Model }

  struct Model: Decodable {
    var trees: [Tree]
    var outputs: [Int]

    enum CodingKeys: String, CodingKey {
      case trees
      case outputs = "tree_info"
    }
  }

  struct Tree: Decodable {
    var left: [Int]
    var right: [Int]
    var features: [Int]
    /// Of a leaf, what it adds.
    var conditions: [Float]
    var defaultLeft: [Int]

    enum CodingKeys: String, CodingKey {
      case left = "left_children"
      case right = "right_children"
      case features = "split_indices"
      case conditions = "split_conditions"
      case defaultLeft = "default_left"
    }

    /// Numbers the nodes anew, in breadth, so that the right branch follows the left.
    func append(to nodes: inout [TreeEnsemble.Node]) throws(TrainingError) {
      let count = left.count
      guard count > 0, right.count == count, features.count == count, conditions.count == count,
        defaultLeft.count == count
      else { throw TrainingError(.damaged, "a tree's lists have different lengths") }
      let first = nodes.count
      var queue = [0]
      var place = 0
      nodes.append(.leaf(0))
      while place < queue.count {
        let node = queue[place]
        if left[node] < 0 {
          nodes[first + place] = .leaf(conditions[node])
        } else {
          guard left.indices.contains(left[node]), right.indices.contains(right[node]),
            queue.count + 2 <= count
          else {
            throw TrainingError(.damaged, "a tree leads to a node that is not there, or back")
          }
          nodes[first + place] = TreeEnsemble.Node(
            feature: Int32(clamping: features[node]), value: conditions[node],
            left: Int32(first + queue.count),
            missingGoesLeft: defaultLeft[node] != 0)
          queue += [left[node], right[node]]
          nodes += [.leaf(0), .leaf(0)]
        }
        place += 1
      }
    }
  }
}
