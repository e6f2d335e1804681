/// What control words do.
extension RTFDocument {
  mutating func follow(_ word: String, _ number: Int?) throws(DocumentError) {
    if word == "u" {
      state.isFresh = false
      if let number { unicode(number) }
      return
    }
    if let shown = Self.characters[word] {
      character(shown)
      return
    }
    flush()
    let isFresh = state.isFresh
    let isOptional = state.isOptional
    state.isFresh = false
    state.isOptional = false
    if isFresh, beginDestination(word) { return }
    if isOptional {
      // A group that may be left out, and that is not known.
      state.destination = .skip
      return
    }
    switch state.destination {
    case .skip: break
    case .nestedProperties: if word == "nestrow" { table.endNestedRow() }
    case .fonts: font(word, number)
    case .styles: style(word, number)
    case .info, .information:
      if state.destination == .info { date(word, number) }
    default:
      if try !structure(word, number) { format(word, number) }
    }
  }

  private static let characters = [
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•",
    "emspace": " ", "enspace": " ", "qmspace": " ",
  ]

  // MARK: Destinations

  /// Enters what a group is by its first word.
  ///
  /// - Returns: whether the word named a destination.
  private mutating func beginDestination(_ word: String) -> Bool {
    guard state.destination != .skip else { return word != "ud" ? false : leaveAlternative() }
    switch word {
    case "fonttbl": state.destination = .fonts
    case "stylesheet": state.destination = .styles
    case "info": state.destination = .info
    case "title", "subject", "author", "keywords", "doccomm":
      guard state.destination == .info else { return false }
      // Whoever saved the file last may be named once more.
      state.destination = information[word] == nil ? .information(word) : .skip
    case "creatim", "revtim":
      guard state.destination == .info else { return false }
      moment = [:]
      tableFont = word == "creatim" ? 1 : 2
    case "field":
      guard fields.count < 200 else { return false }
      fields.append(([], false))
      state.closes = .field
    case "fldinst": state.destination = fields.isEmpty ? .skip : .instruction
    case "fldrslt":
      if let last = fields.indices.last {
        fields[last].hasResult = true
        if DOCXFields.isPageNumber(String(decoding: fields[last].instruction, as: UTF8.self)) {
          pageNumber()
          state.destination = .skip
        } else {
          state.destination = .text
        }
      }
    case "listtext", "pntext": state.destination = .label
    case "footnote": begin(.note(mark: ""))
    case "annotation":
      begin(.comment(author: TextAssembler.oneLine(String(decoding: commentAuthor, as: UTF8.self))))
    case "atnauthor":
      commentAuthor = []
      state.destination = .commentAuthor
    case "header", "headerl", "headerr", "headerf": begin(.header(label: "Header"))
    case "footer", "footerl", "footerr", "footerf": begin(.header(label: "Footer"))
    case "shptxt", "dptxbxtext": begin(.box)
    case "sn":
      shapeName = []
      state.destination = .shapeName
    case "sv": state.destination = .shapeValue
    case "pict":
      omissions.pictures += 1
      state.destination = .skip
    case "objclass":
      objectClass = []
      state.destination = .objectClass
    case "object": objectClass = []
    case "objdata":
      omissions.objects.append(
        TextAssembler.oneLine(String(decoding: objectClass, as: UTF8.self)) ?? "of an unknown program")
      state.destination = .skip
    case "nesttableprops": state.destination = .nestedProperties
    case "upr": state.destination = .skip
    // Groups whose text is that of the document.
    case "shppict", "shpinst", "shp", "do", "mmath", "moMath", "moMathPara", "result", "ud", "pgptbl": break
    case let name where Self.skipped.contains(name) || name.hasPrefix("m") && name.hasSuffix("Pr"):
      state.destination = .skip
    default: return false
    }
    return true
  }

  private static let skipped: Set<String> = [
    "colortbl", "nonshppict", "shprslt", "nonesttables", "xe", "tc", "tcn", "txe", "rxe", "private",
    "template", "pn",
    "filetbl", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator", "bkmkstart", "bkmkend",
    "themedata",
    "colorschememapping", "latentstyles", "datastore", "xmlnstbl", "atnid", "atndate", "atnref", "atntime",
    "atnicn",
    "formfield", "htmltag", "mmathPr", "mmathPict", "objname", "objtime", "blipuid", "ftnsep", "ftnsepc",
    "ftncn",
    "aftnsep",
    "aftnsepc", "aftncn", "falt", "panose",
  ]

  /// `{\upr{…}{\*\ud{…}}}` says the same twice: the second time in Unicode.
  private mutating func leaveAlternative() -> Bool {
    state.destination = .text
    return true
  }

  private mutating func begin(_ kind: RTFStory.Kind) {
    guard stories.count < 20 else {
      state.destination = .skip
      return
    }
    stories.append(RTFStory(kind))
    state.destination = .text
    state.closes = .story
    state.isHidden = false
    state.script = .normal
    state.paragraph = RTFState.Paragraph()
  }

  // MARK: Tables at the head of the file

  private mutating func font(_ word: String, _ number: Int?) {
    switch word {
    case "f": tableFont = number ?? 0
    case "fcharset": charsets.change(tableFont) { $0.charset = number }
    case "cpg": charsets.change(tableFont) { $0.codePage = number }
    default: break
    }
  }

  private mutating func style(_ word: String, _ number: Int?) {
    switch word {
    case "s": tableStyle = number ?? 0
    case "sbasedon": styles.change(tableStyle) { $0.basedOn = number }
    case "outlinelevel": styles.change(tableStyle) { $0.outlineLevel = number }
    // Styles of characters, tables and sections are none of paragraphs.
    case "cs", "ts", "ds": state.destination = .skip
    default: break
    }
  }

  private mutating func date(_ word: String, _ number: Int?) {
    guard let number, ["yr", "mo", "dy", "hr", "min"].contains(word) else { return }
    moment[word] = number
    guard let year = moment["yr"], year > 0, let month = moment["mo"], let day = moment["dy"] else { return }
    func two(_ value: Int) -> String { DateText.padded(value, 2) }
    var text = "\(DateText.padded(year, 4))-\(two(month))-\(two(day))"
    if let hour = moment["hr"] { text += "T\(two(hour)):\(two(moment["min"] ?? 0)):00" }
    guard let date = DateText.iso8601(text) else { return }
    information[tableFont == 1 ? "date" : "modified"] = Array(date.utf8)
  }

  // MARK: Paragraphs and cells

  /// - Returns: whether the word was one of structure.
  private mutating func structure(_ word: String, _ number: Int?) throws(DocumentError) -> Bool {
    switch word {
    case "par", "sect": try endParagraph()
    case "line", "softline": stories[stories.count - 1].line.lineBreak()
    case "tab":
      if state.destination == .label {
        stories[stories.count - 1].label.space()
      } else {
        stories[stories.count - 1].line.space()
      }
    case "page", "column", "lbr": stories[stories.count - 1].line.space()
    case "cell": try endCell()
    case "nestcell": endNestedCell()
    case "nestrow": table.endNestedRow()
    case "row": endRow()
    case "trowd": if stories.count == 1 { table.beginRow() }
    case "trhdr", "clmgf", "clmrg", "clvmgf", "clvmrg", "cellx":
      if stories.count == 1 { table.define(word, number) }
    case "ftnalt": endnote()
    case "chpgn", "sectnum": pageNumber()
    // What stands for a date or a mark of a note is written by the program.
    case "chftn", "chatn", "chdate", "chtime": break
    case "mden": emit("/")
    case "msup": state.script = .superscript
    case "msub": state.script = .subscript
    case "mdeg", "mrad": emit("√")
    default: return false
    }
    return true
  }

  private mutating func pageNumber() {
    stories[stories.count - 1].hasPageNumber = true
    stories[stories.count - 1].line.space()
  }

  // MARK: Looks

  private mutating func format(_ word: String, _ number: Int?) {
    func isOn() -> Bool { number != 0 }
    switch word {
    case "ansicpg": if let number, number > 0 { charsets.defaultPage = number }
    case "mac": charsets.defaultPage = 10000
    case "pc": charsets.defaultPage = 437
    case "pca": charsets.defaultPage = 850
    case "deff": charsets.defaultFont = number
    case "f": state.font = number
    case "uc": state.fallbackLength = max(0, min(number ?? 1, 100))
    case "plain":
      state.font = nil
      state.isHidden = false
      state.isDeleted = false
      state.script = .normal
    case "v": state.isHidden = isOn()
    case "deleted": state.isDeleted = isOn()
    case "revised": if isOn() { omissions.insertions += 1 }
    case "super": state.script = isOn() ? .superscript : .normal
    case "sub": state.script = isOn() ? .subscript : .normal
    case "nosupersub": state.script = .normal
    case "up": state.script = (number ?? 6) > 0 ? .superscript : .normal
    case "dn": state.script = (number ?? 6) > 0 ? .subscript : .normal
    case "pard":
      state.paragraph = RTFState.Paragraph()
    case "s": state.paragraph.style = number ?? 0
    case "outlinelevel": state.paragraph.outlineLevel = number
    case "intbl":
      state.paragraph.isInTable = isOn()
      if isOn() { table.sayInTable() }
    case "itap":
      state.paragraph.nesting = number ?? 1
      state.paragraph.isInTable = (number ?? 1) > 0
      if (number ?? 1) > 0 { table.sayInTable() }
    case "ls": state.paragraph.list = number
    case "ilvl": state.paragraph.listLevel = max(0, min(number ?? 0, 8))
    case "pnlvlblt", "pnlvlbody": state.paragraph.list = state.paragraph.list ?? 1
    default: break
    }
  }
}
