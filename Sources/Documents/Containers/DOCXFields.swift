/// The fields that are open at a point of a Word document: what they show is text, how they make it isn't.
///
/// - Source: ECMA-376 part 1, section 17.16.
struct DOCXFields {
  private struct Field {
    var instruction = ""
    var isInResult = false
  }

  private var open: [Field] = []
  /// Whether each field of the part ends; else none hides what follows it.
  let isBalanced: Bool
  /// Instructions longer than this are of no use here, bytes.
  private static let longestInstruction = 1000

  init(isBalanced: Bool = true) {
    self.isBalanced = isBalanced
  }

  /// - Parameter story: the part whose fields are followed.
  /// - Complexity: O(nodes).
  init(of story: XMLNode) {
    var begun = 0
    var ended = 0
    for node in story.descendants where node.name == "fldChar" {
      switch node.attribute("fldCharType") {
      case "begin": begun += 1
      case "end": ended += 1
      default: break
      }
    }
    isBalanced = begun == ended
  }

  /// Whether text that comes now is shown and says something: not an instruction, not the number of a page.
  var showsText: Bool {
    open.allSatisfy { ($0.isInResult || !isBalanced) && !Self.isPageNumber($0.instruction) }
  }

  var isInPageNumber: Bool { open.contains { Self.isPageNumber($0.instruction) } }

  mutating func append(instruction text: String) {
    guard let last = open.indices.last, !open[last].isInResult else { return }
    guard open[last].instruction.utf8.count + text.utf8.count < Self.longestInstruction else { return }
    open[last].instruction += text
  }

  /// Follows a `fldChar`.
  ///
  /// - Returns: what a field that ends without a result shows.
  mutating func step(_ node: XMLNode) -> String? {
    switch node.attribute("fldCharType") {
    case "begin":
      open.append(Field())
      return node.first("ffData").flatMap(Self.formField)
    case "separate":
      if let last = open.indices.last { open[last].isInResult = true }
    case "end":
      guard let field = open.popLast(), !field.isInResult else { return nil }
      return Self.symbol(field.instruction)
    default: break
    }
    return nil
  }

  static func isPageNumber(_ instruction: String) -> Bool {
    let word = instruction.split(separator: " ").first?.uppercased() ?? ""
    return word == "PAGE" || word == "NUMPAGES" || word == "SECTIONPAGES"
  }

  /// A check box, or the chosen entry of a list.
  private static func formField(_ data: XMLNode) -> String? {
    if let box = data.first("checkBox") {
      let state = box.first("checked") ?? box.first("default")
      return state.map(DOCXStyles.isOn) ?? false ? "☑" : "☐"
    }
    guard let list = data.first("ddList") else { return nil }
    let entries = list.elements("listEntry").compactMap { $0.attribute("val") }
    let chosen = (list.first("result") ?? list.first("default"))?.attribute("val").flatMap { Int($0) } ?? 0
    return entries.indices.contains(chosen) ? entries[chosen] : nil
  }

  /// `SYMBOL 177 \f "Symbol"` has no result of its own.
  static func symbol(_ instruction: String) -> String? {
    let words = instruction.split(whereSeparator: { $0 == " " || $0 == "\"" }).map(String.init)
    guard words.first?.uppercased() == "SYMBOL", words.count > 1 else { return nil }
    let number = words[1].lowercased()
    let code = number.hasPrefix("0x") ? UInt32(number.dropFirst(2), radix: 16) : UInt32(number)
    let font = words.firstIndex { $0.lowercased() == "\\f" }.map { words.index(after: $0) }
    let name = font.map { words[$0...].prefix { !$0.hasPrefix("\\") }.joined(separator: " ") } ?? ""
    return code.flatMap { SymbolFont.text(name, $0) }
  }
}
