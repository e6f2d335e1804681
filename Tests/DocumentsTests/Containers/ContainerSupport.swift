import Foundation
import Testing

import Documents

/// What the tests of container formats share.
enum ContainerSupport {
  /// The bytes of a fixture made by `Fixtures/containers/make.py`.
  static func fixture(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/containers")
    return Array(try Data(contentsOf: folder.appending(path: name)))
  }

  /// The bytes of a fixture made by `Fixtures/office/make.py`.
  static func office(_ name: String) throws -> SourceFile {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/office")
    return SourceFile(name: name, bytes: Array(try Data(contentsOf: folder.appending(path: name))))
  }

  /// The bytes of a fixture made by `Fixtures/mail/make.py`.
  static func mail(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/mail")
    return Array(try Data(contentsOf: folder.appending(path: name)))
  }

  static func source(_ name: String) throws -> SourceFile {
    SourceFile(name: name, bytes: try fixture(name))
  }

  /// The blocks of a document as `kind[level] text` lines.
  static func outline(_ document: ParsedDocument) -> [String] {
    let bytes = Array(document.text.utf8)
    return document.blocks.map { block in
      let level = block.level > 0 ? "\(block.level)" : ""
      return "\(block.kind.rawValue)\(level) \(String(decoding: bytes[block.range], as: UTF8.self))"
    }
  }

  /// What must hold of every parsed document.
  static func checkInvariants(_ document: ParsedDocument, sourceLocation: SourceLocation = #_sourceLocation) {
    let bytes = Array(document.text.utf8)
    #expect(!bytes.contains(0) && !bytes.contains(0x0D), sourceLocation: sourceLocation)
    var end = 0
    for block in document.blocks {
      #expect(block.range.lowerBound >= end && !block.range.isEmpty, sourceLocation: sourceLocation)
      #expect(block.range.upperBound <= bytes.count, sourceLocation: sourceLocation)
      let gap = bytes[end..<min(block.range.lowerBound, bytes.count)]
      #expect(
        gap.allSatisfy { $0 == 0x0A || $0 == 0x20 }, "text outside blocks", sourceLocation: sourceLocation)
      #expect(
        bytes[block.range].contains { $0 != 0x20 && $0 != 0x0A }, "a blank block",
        sourceLocation: sourceLocation)
      #expect(
        String(validating: bytes[block.range], as: UTF8.self) != nil, "cut scalar",
        sourceLocation: sourceLocation)
      end = block.range.upperBound
    }
    #expect(end == bytes.count, sourceLocation: sourceLocation)
    #expect(
      document.places.pages.map(\.start) == document.places.pages.map(\.start).sorted(),
      sourceLocation: sourceLocation)
    if let first = document.places.pages.map(\.start).first {
      #expect(first == 0, sourceLocation: sourceLocation)
    }
    if let last = document.places.pages.map(\.start).last {
      #expect(last <= bytes.count, sourceLocation: sourceLocation)
    }
  }

  /// The code of the error that `body` throws, or `nil` if it returns.
  static func failure(_ body: () throws(DocumentError) -> some Any) -> DocumentError? {
    do throws(DocumentError) {
      _ = try body()
      return nil
    } catch {
      return error
    }
  }
}

/// SplitMix64: the same sequence for the same seed, on every machine.
struct MutationGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
