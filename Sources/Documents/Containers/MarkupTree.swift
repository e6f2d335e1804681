import CXML2

/// A tree made by libxml2 from XML or HTML; freed with its last node.
///
/// Nothing is fetched, no DTD is loaded, no entity but the predefined (and HTML's own) is expanded.
final class MarkupTree {
  private let document: UnsafeMutablePointer<xmlDoc>

  private init(_ document: UnsafeMutablePointer<xmlDoc>) {
    self.document = document
  }

  deinit {
    xmlFreeDoc(document)
  }

  var root: XMLNode? {
    xmlDocGetRootElement(document).map { XMLNode(tree: self, pointer: $0) }
  }

  /// Parses one XML part.
  ///
  /// - Parameters:
  ///   - part: its name, for messages.
  ///   - allowsDocumentType: whether a bare `<!DOCTYPE name>` may stand there (EPUB; Office XML forbids it).
  /// - Throws: `.malformed` when it is not well-formed, declares entities or nests past `limits.nesting`;
  ///   `.tooLarge` when it has too many elements.
  /// - Complexity: O(bytes).
  static func xml(
    _ bytes: [UInt8], part: String, limits: ReadingLimits, allowsDocumentType: Bool = false
  ) throws(DocumentError) -> MarkupTree {
    let held = MarkupGuard(maximumDepth: min(limits.nesting, 1000), allowsDocumentType: allowsDocumentType)
    let context = try XMLParse.context(bytes, part: part)
    defer { xmlFreeParserCtxt(context) }
    let sax = context.pointee.sax
    guard let sax else { throw XMLParse.noMemory }
    MarkupGuard.refuseDeclarations(in: sax)
    sax.pointee.comment = nil
    sax.pointee.processingInstruction = nil
    sax.pointee.startElementNs = {
      context, name, prefix, space, spaceCount, spaces, attributeCount, defaulted, attributes in
      guard let held = MarkupGuard.of(context) else { return }
      guard held.enter() != nil else { return held.refuse(.tooDeep, context) }
      xmlSAX2StartElementNs(
        context, name, prefix, space, spaceCount, spaces, attributeCount, defaulted, attributes)
    }
    sax.pointee.endElementNs = { context, name, prefix, space in
      _ = MarkupGuard.of(context)?.leave()
      xmlSAX2EndElementNs(context, name, prefix, space)
    }
    let document = XMLParse.run(context, held, bytes)
    if let refusal = held.error(part: part) {
      xmlFreeDoc(document)
      throw refusal
    }
    guard let document else {
      throw DocumentError(
        .malformed, "'\(part)' is not well-formed XML; the file may be cut short or damaged")
    }
    return MarkupTree(document)
  }

  /// Parses HTML, or XHTML as HTML, as leniently as browsers do.
  ///
  /// Elements deeper than `limits.nesting` lose their own place: their text goes to the deepest one kept.
  ///
  /// - Parameter bytes: valid UTF-8.
  /// - Throws: `.malformed` past five times the nesting limit, `.tooLarge` for too many elements.
  /// - Complexity: O(bytes).
  static func html(_ bytes: [UInt8], part: String, limits: ReadingLimits) throws(DocumentError) -> MarkupTree
  {
    let kept = max(8, min(limits.nesting, 1000))
    let held = HTMLGuard(keptDepth: kept)
    _ = XMLParse.initialised
    guard MarkupGuard.attributeCost(bytes, skipsScripts: true) <= MarkupGuard.maximumAttributeCost else {
      throw XMLParse.tooManyAttributes(part)
    }
    guard bytes.count < Int(Int32.max), let context = htmlNewParserCtxt() else { throw XMLParse.noMemory }
    defer { htmlFreeParserCtxt(context) }
    guard let sax = context.pointee.sax else { throw XMLParse.noMemory }
    sax.pointee.comment = nil
    sax.pointee.processingInstruction = nil
    sax.pointee.startElement = { context, name, attributes in
      guard let held = MarkupGuard.of(context) as? HTMLGuard, !HTMLGuard.isVoid(name) else { return }
      guard let depth = held.enter() else { return held.refuse(.tooDeep, context) }
      if depth <= held.keptDepth { xmlSAX2StartElement(context, name, attributes) }
    }
    sax.pointee.endElement = { context, name in
      guard let held = MarkupGuard.of(context) as? HTMLGuard, !HTMLGuard.isVoid(name) else { return }
      if held.leave() <= held.keptDepth { xmlSAX2EndElement(context, name) }
    }
    let options =
      HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue
      | HTML_PARSE_NONET.rawValue
    let document = withExtendedLifetime(held) {
      context.pointee._private = Unmanaged.passUnretained(held as MarkupGuard).toOpaque()
      return bytes.withUnsafeBufferPointer { buffer in
        buffer.withMemoryRebound(to: CChar.self) { buffer in
          htmlCtxtReadMemory(context, buffer.baseAddress, Int32(buffer.count), nil, "UTF-8", Int32(options))
        }
      }
    }
    if let refusal = held.error(part: part) {
      xmlFreeDoc(document)
      throw refusal
    }
    guard let document else { throw DocumentError(.empty, "'\(part)' has no text") }
    return MarkupTree(document)
  }
}

/// A guard that lets HTML nest past the depth that is kept.
private final class HTMLGuard: MarkupGuard {
  /// Whether an element is one that libxml2 before 2.14 takes for a container, since HTML 4 did not have it: all that
  /// follows would be inside of it. None of them has text.
  static func isVoid(_ name: UnsafePointer<xmlChar>?) -> Bool {
    guard let name, name[0] == 0x77 || name[0] == 0x73 || name[0] == 0x74 else { return false }
    return xmlStrEqual(name, "wbr") == 1 || xmlStrEqual(name, "source") == 1
      || xmlStrEqual(name, "track") == 1
  }

  let keptDepth: Int

  init(keptDepth: Int) {
    self.keptDepth = keptDepth
    super.init(maximumDepth: keptDepth * 5, allowsDocumentType: true)
  }
}

/// The parts of an XML parse that trees and streams share.
enum XMLParse {
  static let initialised: Void = xmlInitParser()

  static let noMemory = DocumentError(
    .tooLarge, "the XML parser could not be set up; is the machine out of memory?")

  static func tooManyAttributes(_ part: String) -> DocumentError {
    DocumentError(.malformed, "'\(part)' has a tag with too many attributes; it is not read")
  }

  /// A context for `bytes`, to be freed with `xmlFreeParserCtxt`.
  static func context(_ bytes: [UInt8], part: String) throws(DocumentError) -> xmlParserCtxtPtr {
    _ = initialised
    guard MarkupGuard.attributeCost(bytes, skipsScripts: false) <= MarkupGuard.maximumAttributeCost else {
      throw tooManyAttributes(part)
    }
    guard bytes.count < Int(Int32.max), let context = xmlNewParserCtxt() else { throw noMemory }
    return context
  }

  /// Parses `bytes`; the result is the caller's to free.
  static func run(
    _ context: xmlParserCtxtPtr, _ held: MarkupGuard, _ bytes: [UInt8]
  ) -> UnsafeMutablePointer<xmlDoc>? {
    // HUGE lifts libxml2's own limits on depth and text, which the guard replaces.
    let options =
      XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
      | XML_PARSE_HUGE.rawValue
    return withExtendedLifetime(held) {
      context.pointee._private = Unmanaged.passUnretained(held).toOpaque()
      return bytes.withUnsafeBufferPointer { buffer in
        buffer.withMemoryRebound(to: CChar.self) { buffer in
          xmlCtxtReadMemory(context, buffer.baseAddress, Int32(buffer.count), nil, nil, Int32(options))
        }
      }
    }
  }
}
