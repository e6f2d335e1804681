/// Reads a workbook's table of shared strings, each on one line, without phonetic hints.
///
/// - Source: ECMA-376 part 1, section 18.4.
final class XLSXSharedStrings: XMLStreamHandler {
  private(set) var strings: [[UInt8]] = []
  private var line = OfficeText()
  private var script = ScriptText.Script.normal
  private var isInsideText = false
  private var isPhonetic = false
  private var bytes = 0
  private let limit: Int

  init(limits: ReadingLimits) {
    limit = limits.unpackedBytes
  }

  func start(_ name: String, _ attributes: XMLAttributes) throws(DocumentError) {
    switch name {
    case "t": isInsideText = !isPhonetic
    case "rPh": isPhonetic = true
    case "r": script = .normal
    case "vertAlign":
      let value = attributes["val"]
      script = value == "superscript" ? .superscript : value == "subscript" ? .subscript : .normal
    default: break
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError) {
    if isInsideText { line.append(bytes, script: script) }
  }

  func end(_ name: String) throws(DocumentError) {
    switch name {
    case "t": isInsideText = false
    case "rPh": isPhonetic = false
    case "si":
      let text = line.takeOneLine()
      script = .normal
      // An array costs 32 bytes more than what it holds.
      bytes += text.count + 48
      guard bytes <= limit else {
        throw DocumentError(.tooLarge, "the workbook's strings pass the limit of \(limit) bytes; split it")
      }
      strings.append(text)
    default: break
    }
  }
}
