import Foundation
import TestSupport

/// A BERT model of two small layers with random weights, written as the hub lays models out.
struct TinyModel {
  static let vocabulary = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##a", "##b", "quick", "fox", ".", "the", "brown",
    "##s",
  ]

  var hidden = 8
  var heads = 2
  var layers = 2
  var wide = 20
  var positions = 40
  var seed: UInt64 = 1
  /// `F32`, `F16` or `BF16`.
  var type = "F32"
  var prefix = ""

  var config: [String: Any] {
    [
      "model_type": "bert", "hidden_act": "gelu", "hidden_size": hidden, "num_hidden_layers": layers,
      "num_attention_heads": heads, "intermediate_size": wide, "vocab_size": Self.vocabulary.count,
      "max_position_embeddings": positions, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
    ]
  }

  /// Names, shapes and values of all tensors, in order of name.
  func tensors() -> [(name: String, shape: [Int], values: [Float])] {
    var shapes: [(String, [Int])] = [
      ("embeddings.word_embeddings.weight", [Self.vocabulary.count, hidden]),
      ("embeddings.position_embeddings.weight", [positions, hidden]),
      ("embeddings.token_type_embeddings.weight", [2, hidden]),
      ("embeddings.LayerNorm.weight", [hidden]), ("embeddings.LayerNorm.bias", [hidden]),
    ]
    for layer in 0..<layers {
      let start = "encoder.layer.\(layer)."
      for part in [
        "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
      ] {
        shapes.append((start + part + ".weight", [hidden, hidden]))
        shapes.append((start + part + ".bias", [hidden]))
      }
      shapes.append((start + "intermediate.dense.weight", [wide, hidden]))
      shapes.append((start + "intermediate.dense.bias", [wide]))
      shapes.append((start + "output.dense.weight", [hidden, wide]))
      shapes.append((start + "output.dense.bias", [hidden]))
      for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
        shapes.append((start + part + ".weight", [hidden]))
        shapes.append((start + part + ".bias", [hidden]))
      }
    }
    var generator = SeededGenerator(seed: seed)
    return shapes.sorted { $0.0 < $1.0 }.map { name, shape in
      let values = (0..<shape.reduce(1, *)).map { _ in
        // Numbers that all three types hold exactly, so that one oracle serves all.
        Float(Int.random(in: -64...64, using: &generator)) / 64
      }
      return (prefix + name, shape, values)
    }
  }

  func safetensors(change: (inout [String: [String: Any]], inout Data) -> Void = { _, _ in }) throws -> Data {
    var header: [String: [String: Any]] = [:]
    var data = Data()
    for (name, shape, values) in tensors() {
      let start = data.count
      for value in values {
        switch type {
        case "F16": withUnsafeBytes(of: half(value)) { data.append(contentsOf: $0) }
        case "BF16": withUnsafeBytes(of: UInt16(value.bitPattern >> 16)) { data.append(contentsOf: $0) }
        default: withUnsafeBytes(of: value.bitPattern) { data.append(contentsOf: $0) }
        }
      }
      header[name] = ["dtype": type, "shape": shape, "data_offsets": [start, data.count]]
    }
    change(&header, &data)
    var object: [String: Any] = header
    object["__metadata__"] = ["format": "pt"]
    let json = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    var file = Data()
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { file.append(contentsOf: $0) }
    return file + json + data
  }

  /// Writes the folder; `weights` replaces the weights' file.
  func write(to directory: String, weights: Data? = nil, config changed: [String: Any]? = nil) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    func put(_ name: String, _ data: Data) throws {
      try data.write(to: URL(fileURLWithPath: directory + "/" + name))
    }
    try put("config.json", JSONSerialization.data(withJSONObject: changed ?? config, options: .sortedKeys))
    try put("vocab.txt", Data(Self.vocabulary.joined(separator: "\n").utf8))
    try put("model.safetensors", weights ?? safetensors())
  }

  /// The vector of `tokens` by plain loops in double precision, mean pooled, of unit length.
  func oracle(_ tokens: [Int32]) -> [Double] {
    let all = Dictionary(
      uniqueKeysWithValues: tensors().map { ($0.name, $0.values.map(Double.init)) })
    func tensor(_ name: String) -> [Double] { all[prefix + name] ?? [] }
    func norm(_ x: [Double], _ name: String) -> [Double] {
      let mean = x.reduce(0, +) / Double(x.count)
      let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(x.count)
      let gamma = tensor(name + ".weight")
      let beta = tensor(name + ".bias")
      return x.indices.map { (x[$0] - mean) / (variance + 1e-12).squareRoot() * gamma[$0] + beta[$0] }
    }
    func linear(_ x: [Double], _ name: String) -> [Double] {
      let weight = tensor(name + ".weight")
      let bias = tensor(name + ".bias")
      return bias.indices.map { row in
        bias[row] + x.indices.map { x[$0] * weight[row * x.count + $0] }.reduce(0, +)
      }
    }
    let words = tensor("embeddings.word_embeddings.weight")
    let places = tensor("embeddings.position_embeddings.weight")
    let types = tensor("embeddings.token_type_embeddings.weight")
    var states = tokens.enumerated().map { row, token in
      norm(
        (0..<hidden).map { words[Int(token) * hidden + $0] + places[row * hidden + $0] + types[$0] },
        "embeddings.LayerNorm")
    }
    let size = hidden / heads
    for layer in 0..<layers {
      let start = "encoder.layer.\(layer)."
      let q = states.map { linear($0, start + "attention.self.query") }
      let k = states.map { linear($0, start + "attention.self.key") }
      let v = states.map { linear($0, start + "attention.self.value") }
      let contexts = states.indices.map { row in
        (0..<heads).flatMap { head -> [Double] in
          let part = head * size..<(head + 1) * size
          let scores = states.indices.map { other in
            zip(q[row][part], k[other][part]).map { $0 * $1 }.reduce(0, +) / Double(size).squareRoot()
          }
          let top = scores.max() ?? 0
          let shares = scores.map { exp($0 - top) }
          let total = shares.reduce(0, +)
          return part.map { column in
            states.indices.map { shares[$0] / total * v[$0][column] }.reduce(0, +)
          }
        }
      }
      for row in states.indices {
        let attended = linear(contexts[row], start + "attention.output.dense")
        let middle = norm(zip(states[row], attended).map { $0 + $1 }, start + "attention.output.LayerNorm")
        let active = linear(middle, start + "intermediate.dense").map {
          $0 * 0.5 * erfc(-$0 / 2.0.squareRoot())
        }
        let down = linear(active, start + "output.dense")
        states[row] = norm(zip(middle, down).map { $0 + $1 }, start + "output.LayerNorm")
      }
    }
    let mean = (0..<hidden).map { column in states.map { $0[column] }.reduce(0, +) / Double(states.count) }
    let length = mean.map { $0 * $0 }.reduce(0, +).squareRoot()
    return mean.map { $0 / length }
  }

  /// Exact for the multiples of 1/64 in use.
  private func half(_ value: Float) -> UInt16 {
    if value == 0 { return 0 }
    let bits = value.bitPattern
    let exponent = Int(bits >> 23 & 0xFF) - 112
    return UInt16(bits >> 16 & 0x8000) | UInt16(exponent) << 10 | UInt16(bits >> 13 & 0x3FF)
  }
}
