import Foundation

/// Named tensors in a mapped safetensors file.
///
/// Layout: header length (8 bytes, little-endian), a JSON object of names to type, shape and byte range, the data.
/// - Source: the format's description in the safetensors repository.
package final class SafetensorsFile: Sendable {
  package enum Kind: String, Sendable {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"

    var size: Int { self == .float32 ? 4 : 2 }
  }

  package struct Tensor: Sendable {
    /// The file's word for the type, such as `F32` or `I64`.
    package let type: String
    package let shape: [Int]
    /// Within the data part.
    package let bytes: Range<Int>
  }

  /// Headers above this are taken for damage; the format has the same limit.
  static let longestHeader = 100_000_000

  private let file: MappedModelFile
  private let dataStart: Int
  package let tensors: [String: Tensor]

  /// Maps the file and checks all of its header.
  ///
  /// - Throws: `EmbeddingError.modelMissing`; `.modelInvalid` naming the tensor, for a header that isn't one, a
  ///   range outside the file, or a range whose length doesn't fit type and shape.
  package init(path: String) throws(EmbeddingError) {
    file = try MappedModelFile(path: path)
    let all = file.bytes
    func damaged(_ what: String) -> EmbeddingError {
      EmbeddingError(.modelInvalid, "\(path) is damaged: \(what). Install the model again")
    }
    guard all.count >= 8 else { throw damaged("\(all.count) bytes are too few for a header") }
    let length = UInt64(littleEndian: all.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(all.count - 8, Self.longestHeader)) else {
      throw damaged("a header of \(length) bytes in a file of \(all.count)")
    }
    dataStart = 8 + Int(length)
    let dataCount = all.count - dataStart
    let header: [String: Entry]
    do {
      header = try JSONDecoder().decode(
        [String: Entry].self, from: Data(UnsafeRawBufferPointer(rebasing: all[8..<dataStart])))
    } catch {
      throw EmbeddingError(
        .modelInvalid,
        "\(path) is damaged: its header is not the JSON of safetensors. Install the model again",
        underlying: error)
    }
    var tensors: [String: Tensor] = [:]
    var end = 0
    for (name, entry) in header.sorted(by: { $0.key < $1.key }) where name != "__metadata__" {
      guard let type = entry.dtype, let shape = entry.shape, let offsets = entry.offsets, offsets.count == 2
      else {
        throw damaged("tensor \(name) lacks dtype, shape or data_offsets")
      }
      guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= dataCount else {
        throw damaged("tensor \(name) lies at bytes \(offsets[0]) to \(offsets[1]) of \(dataCount)")
      }
      var count = 1
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { throw damaged("tensor \(name) has the shape \(shape)") }
        count = product
      }
      if let kind = Kind(rawValue: type) {
        let (size, overflow) = count.multipliedReportingOverflow(by: kind.size)
        guard !overflow, size == offsets[1] - offsets[0] else {
          throw damaged("tensor \(name), \(type) \(shape), has \(offsets[1] - offsets[0]) bytes")
        }
      }
      tensors[name] = Tensor(type: type, shape: shape, bytes: offsets[0]..<offsets[1])
      end = max(end, offsets[1])
    }
    guard end == dataCount else { throw damaged("tensors end at byte \(end) of \(dataCount)") }
    self.tensors = tensors
  }

  /// The tensor of that name and shape as float32; F16 and BF16 are converted.
  ///
  /// - Throws: `EmbeddingError.modelInvalid` naming file and tensor, if it is missing or of another shape or type.
  /// - Complexity: O(1) for F32 at an aligned offset, which is not copied; else O(elements).
  package func floats(_ name: String, shape: [Int]) throws(EmbeddingError) -> TensorFloats {
    guard let tensor = tensors[name] else {
      throw EmbeddingError(
        .modelInvalid, "\(file.path) has no tensor \(name): it is not the weights of the configured model")
    }
    guard tensor.shape == shape else {
      throw EmbeddingError(
        .modelInvalid, "\(file.path): tensor \(name) has shape \(tensor.shape), config.json asks for \(shape)"
      )
    }
    guard let kind = Kind(rawValue: tensor.type) else {
      throw EmbeddingError(
        .modelInvalid, "\(file.path): tensor \(name) is \(tensor.type); only F32, F16 and BF16 can be read")
    }
    let range = dataStart + tensor.bytes.lowerBound..<dataStart + tensor.bytes.upperBound
    let raw = UnsafeRawBufferPointer(rebasing: file.bytes[range])
    return TensorFloats(raw, kind: kind, owner: file)
  }

  /// One value of the header; a tensor's, or `__metadata__` whose members are others.
  private struct Entry: Decodable {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }
}
