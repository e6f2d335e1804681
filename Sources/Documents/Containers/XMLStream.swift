import CXML2

/// What an `XMLStream` tells of a part, in document order.
protocol XMLStreamHandler: AnyObject {
  func start(_ name: String, _ attributes: XMLAttributes) throws(DocumentError)
  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError)
  func end(_ name: String) throws(DocumentError)
}

/// The attributes of an element that begins; valid inside that callback only.
struct XMLAttributes {
  fileprivate let pointers: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
  fileprivate let count: Int

  /// The attribute of local name `name`.
  subscript(name: String) -> String? {
    guard let pointers else { return nil }
    for index in 0..<count where xmlStrEqual(pointers[index * 5], name) == 1 {
      guard let start = pointers[index * 5 + 3], let end = pointers[index * 5 + 4] else { return nil }
      return String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
    }
    return nil
  }
}

/// Reads an XML part without building a tree: for parts with millions of elements.
///
/// As safe as `MarkupTree.xml`: no network, no DTD, no entities, bounded depth.
enum XMLStream {
  /// - Throws: what the handler throws; `.malformed` when the part is not well-formed or declares entities.
  /// - Complexity: O(bytes).
  static func read(
    _ bytes: [UInt8], part: String, limits: ReadingLimits, handler: any XMLStreamHandler
  ) throws(DocumentError) {
    let held = StreamGuard(maximumDepth: min(limits.nesting, 1000), handler: handler)
    let context = try XMLParse.context(bytes, part: part)
    defer { xmlFreeParserCtxt(context) }
    guard let sax = context.pointee.sax else { throw XMLParse.noMemory }
    MarkupGuard.refuseDeclarations(in: sax)
    sax.pointee.comment = nil
    sax.pointee.processingInstruction = nil
    sax.pointee.reference = nil
    sax.pointee.startElementNs = { context, name, _, _, _, _, count, _, attributes in
      StreamGuard.serving(context)?.start(name, attributes, Int(count), context)
    }
    sax.pointee.endElementNs = { context, name, _, _ in StreamGuard.serving(context)?.end(name, context) }
    sax.pointee.characters = { context, text, count in
      StreamGuard.serving(context)?.text(text, count, context)
    }
    sax.pointee.ignorableWhitespace = sax.pointee.characters
    sax.pointee.cdataBlock = sax.pointee.characters
    let document = XMLParse.run(context, held, bytes)
    // Not even a streamed parse comes without a document object.
    let isWellFormed = document != nil && context.pointee.wellFormed == 1
    xmlFreeDoc(document)
    if let failure = held.failure { throw failure }
    if let refusal = held.error(part: part) { throw refusal }
    guard isWellFormed else {
      throw DocumentError(
        .malformed, "'\(part)' is not well-formed XML; the file may be cut short or damaged")
    }
  }
}

private final class StreamGuard: MarkupGuard {
  let handler: any XMLStreamHandler
  private(set) var failure: DocumentError?

  init(maximumDepth: Int, handler: any XMLStreamHandler) {
    self.handler = handler
    super.init(maximumDepth: maximumDepth, maximumElements: .max, allowsDocumentType: false)
  }

  static func serving(_ context: UnsafeMutableRawPointer?) -> StreamGuard? {
    let held: MarkupGuard? = MarkupGuard.of(context)
    return held.map { unsafeDowncast($0, to: StreamGuard.self) }
  }

  func start(
    _ name: UnsafePointer<xmlChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
  ) {
    guard failure == nil else { return }
    guard enter() != nil else { return refuse(.tooDeep, context) }
    guard let name else { return }
    attempt(context) { () throws(DocumentError) in
      try handler.start(String(cString: name), XMLAttributes(pointers: attributes, count: count))
    }
  }

  func end(_ name: UnsafePointer<xmlChar>?, _ context: UnsafeMutableRawPointer?) {
    guard failure == nil, let name else { return }
    _ = leave()
    attempt(context) { () throws(DocumentError) in try handler.end(String(cString: name)) }
  }

  func text(_ text: UnsafePointer<xmlChar>?, _ count: Int32, _ context: UnsafeMutableRawPointer?) {
    guard failure == nil else { return }
    attempt(context) { () throws(DocumentError) in
      try handler.text(UnsafeBufferPointer(start: text, count: Int(count)))
    }
  }

  private func attempt(_ context: UnsafeMutableRawPointer?, _ body: () throws(DocumentError) -> Void) {
    do {
      try body()
    } catch {
      failure = error
      xmlStopParser(context?.assumingMemoryBound(to: xmlParserCtxt.self))
    }
  }
}
