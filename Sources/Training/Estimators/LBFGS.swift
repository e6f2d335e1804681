import Foundation

/// Minimises a smooth function, with an optional penalty on absolute values, by limited-memory BFGS.
///
/// - Source: Liu, Nocedal, "On the limited memory BFGS method for large scale optimization", Mathematical Programming 1989;
///   Lewis, Overton, "Nonsmooth optimization via quasi-Newton methods", 2013, section 3 (the line search); Andrew, Gao,
///   "Scalable training of L1-regularized log-linear models", ICML 2007 (with a penalty).
struct LBFGS {
  var memory = 10
  var iterations = 1000
  /// Largest entry of the gradient at which to stop.
  var tolerance = 1e-8

  struct Minimum {
    var point: [Double]
    var value: Double
    var iterations: Int
    var hasConverged: Bool
  }

  /// - Parameters:
  ///   - start: shape `[d]`.
  ///   - penalty: shape `[d]`, of the absolute value of each coordinate; `nil` for none.
  ///   - function: value and gradient, shape `[d]`, of the smooth part.
  /// - Complexity: O(iterations × (memory × d + evaluations)).
  func minimum(
    from start: [Double], penalty: [Double]? = nil,
    of function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> Minimum {
    var point = start
    var (smooth, gradient) = function(point)
    var value = smooth + Self.penalised(point, penalty)
    var steps: [[Double]] = []
    var changes: [[Double]] = []
    for iteration in 0..<iterations {
      let slope = Self.pseudoGradient(point, gradient, penalty)
      if slope.allSatisfy({ abs($0) <= tolerance }) {
        return Minimum(point: point, value: value, iterations: iteration, hasConverged: true)
      }
      var direction = Self.direction(slope, steps, changes)
      if penalty != nil {
        for place in direction.indices where direction[place] * slope[place] > 0 { direction[place] = 0 }
      }
      if Self.dot(direction, slope) >= 0 {
        direction = slope.map { -$0 }
        steps = []
        changes = []
      }
      let first = steps.isEmpty ? min(1, 1 / slope.reduce(0) { $0 + abs($1) }) : 1
      guard
        let next = search(
          point, value, slope, direction, first: first, penalty: penalty, function: function)
      else {
        if steps.isEmpty {
          return Minimum(point: point, value: value, iterations: iteration, hasConverged: false)
        }
        // The memory misleads: once more along the slope.
        steps = []
        changes = []
        continue
      }
      let step = zip(next.point, point).map { $0 - $1 }
      let change = zip(next.gradient, gradient).map { $0 - $1 }
      if Self.dot(step, change) > 1e-300 {
        steps.append(step)
        changes.append(change)
        if steps.count > memory {
          steps.removeFirst()
          changes.removeFirst()
        }
      }
      point = next.point
      gradient = next.gradient
      value = next.value
    }
    return Minimum(point: point, value: value, iterations: iterations, hasConverged: false)
  }

  /// A step that lowers the value enough and, without a penalty, flattens the slope: bisection between what is too long and
  /// what is too short.
  private func search(
    _ point: [Double], _ value: Double, _ slope: [Double], _ direction: [Double], first: Double,
    penalty: [Double]?,
    function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> (point: [Double], value: Double, gradient: [Double])? {
    var (length, low, high) = (first, 0.0, Double.infinity)
    let descent = Self.dot(slope, direction)
    for _ in 0..<60 {
      var candidate = zip(point, direction).map { $0 + length * $1 }
      if let penalty {
        // Coordinates stay in the orthant that the slope points from.
        for place in candidate.indices where penalty[place] > 0 {
          let sign = point[place] != 0 ? point[place] : -slope[place]
          if candidate[place] * sign <= 0 { candidate[place] = 0 }
        }
      }
      let (smooth, gradient) = function(candidate)
      let reached = smooth + Self.penalised(candidate, penalty)
      let decrease =
        penalty == nil
        ? length * descent : zip(slope, zip(candidate, point)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
      if !(reached <= value + 1e-4 * decrease) {
        high = length
      } else if penalty == nil, Self.dot(gradient, direction) < 0.9 * descent {
        low = length
      } else {
        return reached < value || candidate != point ? (candidate, reached, gradient) : nil
      }
      length = high.isFinite ? (low + high) / 2 : 2 * low
      if length < 1e-20 { return nil }
    }
    return nil
  }

  /// The two-loop recursion.
  private static func direction(_ slope: [Double], _ steps: [[Double]], _ changes: [[Double]]) -> [Double] {
    var direction = slope.map { -$0 }
    var factors = [Double](repeating: 0, count: steps.count)
    for index in steps.indices.reversed() {
      factors[index] = dot(steps[index], direction) / dot(steps[index], changes[index])
      add(-factors[index], changes[index], to: &direction)
    }
    if let step = steps.last, let change = changes.last {
      let scale = dot(step, change) / dot(change, change)
      for place in direction.indices { direction[place] *= scale }
    }
    for index in steps.indices {
      let back = dot(changes[index], direction) / dot(steps[index], changes[index])
      add(factors[index] - back, steps[index], to: &direction)
    }
    return direction
  }

  private static func penalised(_ point: [Double], _ penalty: [Double]?) -> Double {
    guard let penalty else { return 0 }
    return zip(point, penalty).reduce(0) { $0 + abs($1.0) * $1.1 }
  }

  private static func pseudoGradient(
    _ point: [Double], _ gradient: [Double], _ penalty: [Double]?
  ) -> [Double] {
    guard let penalty else { return gradient }
    return point.indices.map { place in
      let (slope, cost) = (gradient[place], penalty[place])
      if point[place] != 0 { return slope + (point[place] > 0 ? cost : -cost) }
      return slope + cost < 0 ? slope + cost : slope - cost > 0 ? slope - cost : 0
    }
  }

  private static func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for place in left.indices { sum += left[place] * right[place] }
    return sum
  }

  private static func add(_ factor: Double, _ other: [Double], to vector: inout [Double]) {
    for place in vector.indices { vector[place] += factor * other[place] }
  }
}
