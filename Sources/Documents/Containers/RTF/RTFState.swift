/// What holds inside a group of an RTF file, and again once it ends.
struct RTFState {
  /// Where the text of a group goes.
  enum Destination: Equatable {
    case text
    case skip
    case fonts, styles, info
    /// A field of the document's information.
    case information(String)
    case instruction
    /// The number or bullet of a list's paragraph.
    case label
    case commentAuthor
    case objectClass
    case shapeName, shapeValue
    /// Properties of a nested table, of which only the end of its row counts.
    case nestedProperties
  }

  struct Paragraph {
    var style = 0
    var outlineLevel: Int?
    var isInTable = false
    var nesting = 0
    var list: Int?
    var listLevel = 0
  }

  var destination = Destination.text
  /// The group began with `\*`: it may be left out by those who don't know it.
  var isOptional = false
  /// The group waits for its first word.
  var isFresh = true
  var font: Int?
  var isHidden = false
  var isDeleted = false
  var script = ScriptText.Script.normal
  /// Characters that stand for a `\u` where it isn't known.
  var fallbackLength = 1
  var paragraph = Paragraph()
  /// What ends with the group.
  var closes = Closing.nothing

  enum Closing {
    case nothing, story, field, style
  }

  /// The state of a group that begins in this one.
  var inner: RTFState {
    var state = self
    state.isOptional = false
    state.isFresh = true
    state.closes = .nothing
    return state
  }
}
