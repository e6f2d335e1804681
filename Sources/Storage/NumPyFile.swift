import Foundation

/// A matrix in NumPy's `.npy` format.
///
/// - Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays"; versions 1.0 to 3.0 are read, 1.0
///   is written.
package struct NumPyFile<Value: NumPyValue>: Sendable {
  package var rows: Int
  package var columns: Int
  /// Shape `[rows, columns]`.
  package var values: [Value]

  package init(rows: Int, columns: Int, values: [Value]) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Reads a little-endian array of one or two dimensions; one of one dimension is a column.
  ///
  /// - Throws: `StorageError` `.missing` or `.io` where it can't be read, `.corrupted` where it is another array or none.
  /// - Complexity: O(bytes).
  package init(contentsOf path: String) throws(StorageError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      let isMissing = (error as? CocoaError)?.code == .fileReadNoSuchFile
      throw StorageError(
        isMissing ? .missing : .io, path: path, "it can't be read: \(error.localizedDescription)")
    }
    guard data.count >= 12, data.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw StorageError(.corrupted, path: path, "it is no NumPy array")
    }
    let isShort = data[6] == 1
    let headBytes = isShort ? 10 : 12
    let length =
      isShort
      ? Int(data[8]) | Int(data[9]) << 8 : (0..<4).reduce(0) { $0 | Int(data[8 + $1]) << (8 * $1) }
    guard headBytes + length <= data.count else {
      throw StorageError(.corrupted, path: path, "its head is cut off")
    }
    let head = String(decoding: data[headBytes..<headBytes + length], as: UTF8.self)
    guard head.contains("'\(Value.numPyCode)'"), head.contains("'fortran_order': False") else {
      throw StorageError(
        .corrupted, path: path, "it is no row-major array of \(Value.self): \(head.prefix(60))")
    }
    guard let open = head.firstIndex(of: "("), let close = head[open...].firstIndex(of: ")") else {
      throw StorageError(.corrupted, path: path, "its head names no shape")
    }
    let shape = head[head.index(after: open)..<close].split(separator: ",")
      .compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    guard shape.count == 1 || shape.count == 2, shape.allSatisfy({ $0 >= 0 }) else {
      throw StorageError(.corrupted, path: path, "its shape is \(shape), not one of one or two dimensions")
    }
    rows = shape[0]
    columns = shape.count == 2 ? shape[1] : 1
    let (count, isTooMany) = rows.multipliedReportingOverflow(by: columns)
    guard !isTooMany, count <= (data.count - headBytes - length) / MemoryLayout<Value>.stride else {
      throw StorageError(.corrupted, path: path, "it is shorter than its shape \(shape) says")
    }
    values = [Value](unsafeUninitializedCapacity: count) { buffer, filled in
      let start = headBytes + length
      data.copyBytes(
        to: UnsafeMutableRawBufferPointer(buffer), from: start..<start + count * MemoryLayout<Value>.stride)
      filled = count
    }
  }

  /// The file's bytes.
  ///
  /// - Complexity: O(bytes).
  package var data: Data {
    var header =
      "{'descr': '\(Value.numPyCode)', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    // Magic, version and length take ten bytes; the whole is padded to 64 and ends with a newline.
    let padding = 64 - (10 + header.utf8.count + 1) % 64
    header += String(repeating: " ", count: padding % 64) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    values.withUnsafeBytes { data.append(contentsOf: $0) }
    return data
  }
}

/// A number that NumPy arrays hold, little-endian.
package protocol NumPyValue: BitwiseCopyable, Sendable {
  /// As the head of a file names it.
  static var numPyCode: String { get }
}

extension Float: NumPyValue {
  package static var numPyCode: String { "<f4" }
}

extension Int32: NumPyValue {
  package static var numPyCode: String { "<i4" }
}
