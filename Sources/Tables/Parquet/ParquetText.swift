import Documents
import Kernels

/// Values of a Parquet file as a CSV file would have them, so that both give the same table.
struct ParquetText {
  private let column: ParquetColumn

  init(_ column: ParquetColumn) {
    self.column = column
  }

  func bytes(_ value: Int64) -> [UInt8] {
    let text: String
    switch column.meaning {
    case .date: text = Self.date(value)
    case .timestamp(let perSecond, let isUTC): text = Self.timestamp(value, perSecond, isUTC: isUTC)
    case .time(let perSecond): text = Self.time(value, perSecond)
    case .decimal(let scale): text = Self.decimal(String(value), scale)
    case .unsigned(let bits):
      text = bits == 64 ? String(UInt64(bitPattern: value)) : String(value & ((1 << Int64(bits)) &- 1))
    case .number, .text, .half, .uuid:
      text = column.physical == .boolean ? (value == 0 ? "false" : "true") : String(value)
    }
    return Array(text.utf8)
  }

  /// - Throws: `.malformed` for a decimal of too many bytes.
  func bytes(_ value: ArraySlice<UInt8>) throws(TableError) -> [UInt8] {
    switch column.meaning {
    case .decimal(let scale): return Array(Self.decimal(try Self.whole(value, column.name), scale).utf8)
    case .timestamp where column.physical == .int96: return Array(Self.old(value).utf8)
    case .uuid where value.count == 16:
      let digits = value.map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
      return Array(
        [digits[0..<4], digits[4..<6], digits[6..<8], digits[8..<10], digits[10..<16]]
          .map { $0.joined() }.joined(separator: "-").utf8)
    case .half where value.count == 2:
      return Array(
        "\(HalfFloat.widened(UInt16(value[value.startIndex]) | UInt16(value[value.startIndex + 1]) << 8))"
          .utf8)
    default: return Array(value)
    }
  }

  // MARK: Times

  /// - Parameter days: since 1970.
  private static func date(_ days: Int64) -> String {
    // Far outside what any calendar means; keeps the sums from overflowing.
    DateText.iso8601(days: Int(max(-1_000_000_000, min(days, 1_000_000_000))), seconds: nil)
  }

  private static func timestamp(_ value: Int64, _ perSecond: Int64, isUTC: Bool) -> String {
    let perDay = 86_400 * perSecond
    let day = value >= 0 ? value / perDay : (value + 1) / perDay - 1
    return date(day) + "T" + time(value &- day &* perDay, perSecond) + (isUTC ? "Z" : "")
  }

  /// `13:05:00`, with as many decimals as it needs.
  private static func time(_ value: Int64, _ perSecond: Int64) -> String {
    var text = DateText.time(Int(value / perSecond))
    let rest = value % perSecond
    if rest > 0 {
      var decimals = DateText.padded(Int(rest), String(perSecond).count - 1)
      while decimals.hasSuffix("0") { decimals.removeLast() }
      text += "." + decimals
    }
    return text
  }

  /// Nanoseconds of the day and a Julian day, as Impala and old versions of Spark wrote.
  private static func old(_ value: ArraySlice<UInt8>) -> String {
    let nanoseconds = value.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let julian = value.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return date(Int64(julian) - 2_440_588) + "T"
      + time(Int64(clamping: nanoseconds % 86_400_000_000_000), 1_000_000_000)
  }

  // MARK: Decimals

  private static func decimal(_ digits: String, _ scale: Int) -> String {
    guard scale > 0 else { return digits }
    let isNegative = digits.hasPrefix("-")
    var digits = isNegative ? String(digits.dropFirst()) : digits
    digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    return (isNegative ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
  }

  /// The digits of a whole number of up to 16 bytes in two's complement, the highest byte first.
  private static func whole(_ bytes: ArraySlice<UInt8>, _ name: String) throws(TableError) -> String {
    guard bytes.count <= 16 else {
      throw TableError(.malformed, "column \(name): decimals of \(bytes.count) bytes are not read")
    }
    let isNegative = (bytes.first ?? 0) >= 128
    var value = bytes.reduce(isNegative ? Int128(-1) : 0) { $0 << 8 | Int128($1) }
    if bytes.isEmpty { value = 0 }
    return "\(value)"
  }
}
