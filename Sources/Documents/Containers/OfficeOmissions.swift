/// What a walk through a text document left out, and what it says about that.
struct OfficeOmissions {
  var deletions = 0
  var insertions = 0
  var hiddenRuns = 0
  var tablesOfContents = 0
  var placeholders = 0
  var pictures = 0
  var unknownSymbols = 0
  var missingParts = 0
  var brokenFields = false
  /// Programs' names of embedded objects.
  var objects: [String] = []
  /// Sentences of their own.
  var others: [String] = []

  var notes: [ReadingNote] {
    var notes: [String] = []
    if deletions > 0 || insertions > 0 {
      let parts =
        (deletions > 0 ? ["\(Self.count(deletions, "deletion")) left out"] : [])
        + (insertions > 0 ? ["\(Self.count(insertions, "insertion")) taken as text"] : [])
      notes.append("tracked changes: " + parts.joined(separator: ", "))
    }
    if hiddenRuns > 0 { notes.append("hidden text was left out (\(Self.count(hiddenRuns, "passage")))") }
    if tablesOfContents > 0 { notes.append("the table of contents, which repeats headings, was left out") }
    if placeholders > 0 {
      notes.append("\(Self.count(placeholders, "form field")) without an entry left out")
    }
    if pictures > 0 { notes.append("\(Self.count(pictures, "picture")) not read") }
    if unknownSymbols > 0 {
      notes.append(
        "\(Self.count(unknownSymbols, "symbol")) of a picture font without a known character left out")
    }
    for name in Set(objects).sorted() {
      let count = objects.count { $0 == name }
      notes.append("an embedded object (\(name)) was not read" + (count > 1 ? ", \(count) times" : ""))
    }
    if missingParts > 0 {
      notes.append(
        "\(Self.count(missingParts, "part")) that the document refers to missing or of unknown kind")
    }
    if brokenFields { notes.append("a field begins and does not end; its text was taken as it stands") }
    return (notes + others).map { ReadingNote($0) }
  }

  private static func count(_ number: Int, _ what: String) -> String {
    number == 1 ? "1 \(what)" : "\(number) \(what)s"
  }
}
