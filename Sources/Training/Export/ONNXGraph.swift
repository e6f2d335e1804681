/// A graph of ONNX operators that grows node by node; values are known by their names.
///
/// - Source: ONNX 1.12, `onnx.proto3` (field numbers), opset 17 and ai.onnx.ml 3.
struct ONNXGraph {
  /// Element types by ONNX's numbers.
  enum Element: Int {
    case float = 1
    case int64 = 7
    case string = 8
  }

  enum Attribute {
    case integer(Int)
    case text(String)
    case integers([Int])
    case floats([Float])
    case texts([String])
  }

  private var nodes = ProtocolBufferWriter()
  private var initializers = ProtocolBufferWriter()
  private var inputs = ProtocolBufferWriter()
  private var outputs = ProtocolBufferWriter()
  private var count = 0

  /// Values that come from outside, of any shape.
  mutating func input(_ name: String, _ element: Element) {
    inputs.message(11) { Self.value(&$0, name, element) }
  }

  mutating func output(_ name: String, _ element: Element) {
    outputs.message(12) { Self.value(&$0, name, element) }
  }

  private static func value(_ writer: inout ProtocolBufferWriter, _ name: String, _ element: Element) {
    writer.text(1, name)
    writer.message(2) { $0.message(1) { $0.integer(1, element.rawValue) } }
  }

  /// A constant, by its new name.
  mutating func constant(_ shape: [Int], _ values: [Float]) -> String {
    tensor(shape, .float) { $0.floats(4, values) }
  }

  mutating func constant(_ shape: [Int], _ values: [Int]) -> String {
    tensor(shape, .int64) { $0.integers(7, values) }
  }

  private mutating func tensor(
    _ shape: [Int], _ element: Element, _ write: (inout ProtocolBufferWriter) -> Void
  ) -> String {
    let name = fresh()
    initializers.message(5) { tensor in
      tensor.integers(1, shape)
      tensor.integer(2, element.rawValue)
      write(&tensor)
      tensor.text(8, name)
    }
    return name
  }

  /// Adds an operator with one output; its name is the result.
  mutating func apply(
    _ type: String, _ inputs: [String], _ attributes: [(String, Attribute)] = [], isML: Bool = false,
    as output: String? = nil
  ) -> String {
    apply(type, inputs, attributes, isML: isML, outputs: [output ?? fresh()])[0]
  }

  @discardableResult
  mutating func apply(
    _ type: String, _ inputs: [String], _ attributes: [(String, Attribute)], isML: Bool = false,
    outputs: [String]
  ) -> [String] {
    nodes.message(1) { node in
      for input in inputs { node.text(1, input) }
      for output in outputs { node.text(2, output) }
      node.text(4, type)
      for (name, attribute) in attributes { node.message(5) { Self.write(attribute, name, to: &$0) } }
      if isML { node.text(7, "ai.onnx.ml") }
    }
    return outputs
  }

  private static func write(
    _ attribute: Attribute, _ name: String, to writer: inout ProtocolBufferWriter
  ) {
    writer.text(1, name)
    switch attribute {
    case .integer(let value):
      writer.integer(3, value)
      writer.integer(20, 2)
    case .text(let value):
      writer.text(4, value)
      writer.integer(20, 3)
    case .floats(let values):
      writer.floats(7, values)
      writer.integer(20, 6)
    case .integers(let values):
      writer.integers(8, values)
      writer.integer(20, 7)
    case .texts(let values):
      for value in values { writer.text(9, value) }
      writer.integer(20, 8)
    }
  }

  private mutating func fresh() -> String {
    count += 1
    return "value_\(count)"
  }

  /// The whole file.
  var model: [UInt8] {
    var graph = ProtocolBufferWriter()
    graph.text(2, "rag")
    var writer = ProtocolBufferWriter()
    writer.integer(1, 8)
    writer.text(2, "rag")
    writer.block(7, nodes.bytes + graph.bytes + initializers.bytes + inputs.bytes + outputs.bytes)
    writer.message(8) {
      $0.text(1, "")
      $0.integer(2, 17)
    }
    writer.message(8) {
      $0.text(1, "ai.onnx.ml")
      $0.integer(2, 3)
    }
    return writer.bytes
  }
}
