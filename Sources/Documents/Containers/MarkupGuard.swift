import CXML2

/// What keeps one hostile XML or HTML file from taking all memory or time in libxml2.
///
/// Hangs on a parser context during one parse; the callbacks find it there.
class MarkupGuard {
  enum Refusal {
    case tooDeep, tooManyElements, documentType
  }

  /// A file needs about 300 bytes of memory an element.
  static let elementLimit = 4_000_000
  /// Cost at which a parse would take some ten seconds: libxml2 compares each attribute of a tag with all
  /// those before it.
  static let maximumAttributeCost = 4_000_000_000

  let maximumDepth: Int
  private let maximumElements: Int
  let allowsDocumentType: Bool
  private(set) var refusal: Refusal?
  private var depth = 0
  private var elements = 0

  init(maximumDepth: Int, maximumElements: Int = MarkupGuard.elementLimit, allowsDocumentType: Bool) {
    self.maximumDepth = maximumDepth
    self.maximumElements = maximumElements
    self.allowsDocumentType = allowsDocumentType
  }

  /// The guard of the parse that `context` belongs to.
  static func of(_ context: UnsafeMutableRawPointer?) -> MarkupGuard? {
    guard let held = context?.assumingMemoryBound(to: xmlParserCtxt.self).pointee._private else { return nil }
    return Unmanaged<MarkupGuard>.fromOpaque(held).takeUnretainedValue()
  }

  /// Counts an element that begins.
  ///
  /// - Returns: its depth, from 1, or `nil` when the parse must stop.
  func enter() -> Int? {
    guard refusal == nil else { return nil }
    depth += 1
    elements += 1
    if elements > maximumElements { refusal = .tooManyElements }
    if depth > maximumDepth { refusal = .tooDeep }
    return refusal == nil ? depth : nil
  }

  /// Counts an element that ends; returns the depth it had.
  func leave() -> Int {
    defer { depth -= 1 }
    return depth
  }

  func refuse(_ reason: Refusal, _ context: UnsafeMutableRawPointer?) {
    if refusal == nil { refusal = reason }
    xmlStopParser(context?.assumingMemoryBound(to: xmlParserCtxt.self))
  }

  /// The error for a refused parse of `part`, if it was refused.
  func error(part: String) -> DocumentError? {
    switch refusal {
    case nil: nil
    case .tooDeep:
      DocumentError(
        .malformed, "'\(part)' nests elements deeper than the limit of \(maximumDepth); it is not read")
    case .tooManyElements:
      DocumentError(.tooLarge, "'\(part)' has more than \(maximumElements) elements; split the file")
    case .documentType:
      DocumentError(
        .malformed,
        "'\(part)' declares a document type or entities, which its format forbids; it looks like an entity bomb"
      )
    }
  }

  /// Declarations are where entity bombs and injected attributes come from: none are taken.
  static func refuseDeclarations(in handler: UnsafeMutablePointer<xmlSAXHandler>) {
    handler.pointee.internalSubset = { context, _, _, _ in
      guard let held = MarkupGuard.of(context) else { return }
      if !held.allowsDocumentType { held.refuse(.documentType, context) }
    }
    handler.pointee.externalSubset = nil
    handler.pointee.resolveEntity = nil
    handler.pointee.entityDecl = { context, _, _, _, _, _ in
      MarkupGuard.of(context)?.refuse(.documentType, context)
    }
    handler.pointee.attributeDecl = { context, _, _, _, _, _, tree in
      xmlFreeEnumeration(tree)
      MarkupGuard.of(context)?.refuse(.documentType, context)
    }
    handler.pointee.elementDecl = nil
    handler.pointee.unparsedEntityDecl = { context, _, _, _, _ in
      MarkupGuard.of(context)?.refuse(.documentType, context)
    }
    handler.pointee.notationDecl = { context, _, _, _ in
      MarkupGuard.of(context)?.refuse(.documentType, context)
    }
  }

  /// Sum over all tags of the square of their number of attributes, as near as a linear scan can tell.
  ///
  /// - Parameter skipsScripts: HTML's script and style hold text, not tags.
  /// - Complexity: O(bytes).
  static func attributeCost(_ bytes: [UInt8], skipsScripts: Bool) -> Int {
    var scan = AttributeScan(skipsScripts: skipsScripts)
    return bytes.withUnsafeBufferPointer { scan.cost($0) }
  }
}

/// The linear scan behind `MarkupGuard.attributeCost`.
private struct AttributeScan {
  let skipsScripts: Bool

  mutating func cost(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var total = 0
    var index = 0
    let end = bytes.count
    while index < end {
      guard bytes[index] == 0x3C else {
        index += 1
        continue
      }
      if matches("<!--", bytes, index) {
        index = skip(past: "-->", bytes, index + 4)
        continue
      }
      let nameStart = index + 1
      let attributes = tag(bytes, &index)
      total &+= attributes &* attributes
      if total < 0 || total > MarkupGuard.maximumAttributeCost { return Int.max }
      if skipsScripts, matches("script", bytes, nameStart) || matches("style", bytes, nameStart) {
        index = skip(past: "</", bytes, index)
      }
    }
    return total
  }

  /// Passes the tag at `index`; returns how many attributes it seems to have.
  private func tag(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int {
    var attributes = 0
    var inWord = true
    var expectsValue = false
    index += 1
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 0x3E:
        index += 1
        return attributes
      case 0x22 where expectsValue, 0x27 where expectsValue:
        index += 1
        while index < bytes.count && bytes[index] != byte { index += 1 }
        expectsValue = false
        inWord = false
      case 0x3D:
        expectsValue = true
      case 0x00:
        break
      case 0x09, 0x0A, 0x0C, 0x0D, 0x20, 0x2F:
        inWord = false
      default:
        if !inWord && !expectsValue { attributes += 1 }
        inWord = true
        expectsValue = false
      }
      index += 1
    }
    return attributes
  }

  private func matches(_ word: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
    guard at + word.utf8CodeUnitCount <= bytes.count else { return false }
    return word.withUTF8Buffer { word in
      word.indices.allSatisfy { offset in
        let byte = bytes[at + offset]
        return word[offset] == ((0x41...0x5A).contains(byte) ? byte + 32 : byte)
      }
    }
  }

  private func skip(past word: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, _ from: Int) -> Int {
    var index = from
    while index < bytes.count && !matches(word, bytes, index) { index += 1 }
    return min(bytes.count, index + word.utf8CodeUnitCount)
  }
}
