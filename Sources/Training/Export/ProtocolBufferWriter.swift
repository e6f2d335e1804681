/// Writes messages of Protocol Buffers: the few kinds of fields that ONNX needs.
///
/// - Source: "Protocol Buffers encoding", wire types 0, 2 and 5.
struct ProtocolBufferWriter {
  private(set) var bytes: [UInt8] = []

  mutating func integer(_ field: Int, _ value: Int) {
    variable(UInt64(field << 3))
    variable(UInt64(bitPattern: Int64(value)))
  }

  mutating func float(_ field: Int, _ value: Float) {
    variable(UInt64(field << 3 | 5))
    append(value)
  }

  mutating func text(_ field: Int, _ value: String) { block(field, Array(value.utf8)) }

  mutating func block(_ field: Int, _ content: [UInt8]) {
    variable(UInt64(field << 3 | 2))
    variable(UInt64(content.count))
    bytes += content
  }

  mutating func message(_ field: Int, _ write: (inout ProtocolBufferWriter) -> Void) {
    var inner = ProtocolBufferWriter()
    write(&inner)
    block(field, inner.bytes)
  }

  /// A packed list.
  mutating func integers(_ field: Int, _ values: [Int]) {
    var inner = ProtocolBufferWriter()
    for value in values { inner.variable(UInt64(bitPattern: Int64(value))) }
    block(field, inner.bytes)
  }

  /// A packed list.
  mutating func floats(_ field: Int, _ values: [Float]) {
    var inner = ProtocolBufferWriter()
    for value in values { inner.append(value) }
    block(field, inner.bytes)
  }

  private mutating func append(_ value: Float) {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += Array($0) }
  }

  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
