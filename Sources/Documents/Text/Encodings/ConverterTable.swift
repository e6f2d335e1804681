import Glibc

/// Characters of one encoding, converted by iconv once each.
///
/// Characters are asked for one at a time, so that the bytes of each are known; answers are kept.
final class ConverterTable {
  private let descriptor: iconv_t
  private var answers: [UInt64: [UInt8]] = [:]

  /// - Returns: `nil` when the system has no such converter.
  init?(_ converter: String) {
    guard let descriptor = iconv_open("UTF-8", converter), Int(bitPattern: descriptor) != -1 else {
      return nil
    }
    self.descriptor = descriptor
  }

  deinit { iconv_close(descriptor) }

  enum Answer: Equatable {
    case character([UInt8])
    /// More bytes may make a character.
    case incomplete
    case broken
  }

  /// The character that `bytes`, one to eight of them, are.
  func character(_ bytes: [UInt8]) -> Answer {
    var key = UInt64(bytes.count)
    for byte in bytes.prefix(7) { key = key << 8 | UInt64(byte) }
    if let known = answers[key] { return known.isEmpty ? .broken : .character(known) }
    let answer = convert(bytes)
    switch answer {
    case .character(let text): answers[key] = text
    case .broken: answers[key] = []
    case .incomplete: break
    }
    return answer
  }

  private func convert(_ bytes: [UInt8]) -> Answer {
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: 32)
    let count = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output -> Int? in
        _ = iconv(descriptor, nil, nil, nil, nil)
        var source = input.baseAddress
        var sourceLeft = input.count
        var target = output.baseAddress
        var targetLeft = output.count
        if iconv(descriptor, &source, &sourceLeft, &target, &targetLeft) == -1 {
          return errno == EINVAL ? -1 : nil
        }
        // Some converters hold a letter back for an accent that may follow.
        if iconv(descriptor, nil, nil, &target, &targetLeft) == -1 { return nil }
        return output.count - targetLeft
      }
    }
    guard let count, count != 0 else { return .broken }
    guard count > 0 else { return .incomplete }
    return .character(output[..<count].map { UInt8(bitPattern: $0) })
  }
}
