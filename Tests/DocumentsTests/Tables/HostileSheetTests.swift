import Documents
import Testing

/// Damaged sheets and delimited files end in a document or an error, never in a crash or a hang.
@Suite(.serialized) struct HostileSheetTests {
  private func attempt(_ name: String, _ bytes: [UInt8], _ format: DocumentFormat) {
    var limits = ReadingLimits()
    limits.textBytes = 4 << 20
    do throws(DocumentError) {
      let source = SourceFile(name: name, bytes: bytes)
      let reader: any DocumentReader
      switch format {
      case .xlsx: reader = XLSXReader()
      case .ods: reader = ODSReader()
      default: reader = CSVReader(format: format)
      }
      let document = try reader.read(source, limits: limits)
      let violation = document.invariantViolation()
      #expect(violation == nil, "\(name): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
      // Each run of a map leads into the file.
      for run in document.places.sourceMap?.runs ?? [] { #expect(run.source <= bytes.count) }
    } catch {
      #expect(!error.message.isEmpty)
    }
  }

  private static let delimited = """
    sep=;\r\nReport 2023;;;\r\n\r\nName;Jahr 2021;2022;"Bemer""kung"\r\nIda;7,5;1.234,00;"two\r\nlines"\r\nPer;;9;x\u{AD}y\r\n\
    "Jörg ";"8";;\r\n;;;\r\nTool;Torque\r\nSäge;40\r\n
    """

  @Test(.timeLimit(.minutes(1))) func delimitedText() {
    let seed: UInt64 = 31
    var generator = MutationGenerator(seed: seed)
    for text in [Self.delimited, Self.delimited.replacing("\r\n", with: "\n").replacing(";", with: "\t")] {
      let bytes = Array(text.utf8)
      for round in 0..<500 {
        let damaged = HostileInputTests.mutated(bytes, &generator)
        attempt("seed \(seed) round \(round).csv", damaged, round.isMultiple(of: 2) ? .csv : .tsv)
      }
      for end in bytes.indices { attempt("cut at \(end).csv", Array(bytes[..<end]), .csv) }
    }
  }

  /// Sheets of short cells in all places, so that each way through the search for tables is taken.
  @Test(.timeLimit(.minutes(1))) func randomSheets() {
    let seed: UInt64 = 32
    var generator = SeededCells(seed: seed)
    for round in 0..<600 {
      var lines: [String] = []
      for _ in 0..<generator.number(1...14) {
        lines.append((0..<generator.number(0...8)).map { _ in generator.cell() }.joined(separator: "|"))
      }
      let merges = (0..<generator.number(0...4)).map { _ in "<mergeCell ref='\(generator.place())'/>" }
      let book = Workbook(
        lines.joined(separator: "\n"), after: "<mergeCells>\(merges.joined())</mergeCells>")
      attempt("seed \(seed) round \(round).xlsx", book.source.bytes, .xlsx)
    }
  }

  @Test(.timeLimit(.minutes(1))) func damagedParts() {
    let seed: UInt64 = 33
    var generator = MutationGenerator(seed: seed)
    var book = Workbook(
      "Title\n\nb:A|b:B|C\n1|two|3\n4||=X()\n\n|D|E\nq|5|6",
      before: "<cols><col min='2' max='2' hidden='1'/></cols>",
      after: "<autoFilter ref='A3:C5'/><mergeCells><mergeCell ref='A4:A5'/></mergeCells>")
    book.definedNames = "<definedName name='_xlnm.Print_Titles' localSheetId='0'>S!$1:$3</definedName>"
    let parts = StoredZip.entries(of: book.source.bytes)
    for round in 0..<1500 {
      var damaged = parts
      let index = Int.random(in: 0..<parts.count, using: &generator)
      damaged[index].bytes = HostileInputTests.mutated(damaged[index].bytes, &generator)
      attempt("seed \(seed) round \(round).xlsx", StoredZip.archive(damaged), .xlsx)
    }
  }

  @Test(.timeLimit(.minutes(1))) func damagedFlatSheets() {
    let seed: UInt64 = 34
    var generator = MutationGenerator(seed: seed)
    let text = """
      <office:document xmlns:office='o' xmlns:table='t' xmlns:text='x' xmlns:style='s' xmlns:draw='w'>\
      <style:style style:name='h' style:family='table'><style:table-properties table:display='false'/></style:style>\
      <office:body><office:spreadsheet><table:table table:name='T'><table:table-column table:visibility='collapse'/>\
      <table:table-row><table:table-cell/><table:table-cell table:number-columns-spanned='2' table:number-rows-spanned='2'>\
      <text:p>Sum<text:span text:style-name='q'>2</text:span></text:p></table:table-cell><table:covered-table-cell/>\
      </table:table-row><table:table-row table:number-rows-repeated='3'><table:table-cell table:number-columns-repeated='4' \
      office:value-type='float' office:value='5'><text:p>5,00</text:p></table:table-cell></table:table-row><table:shapes>\
      <draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame></table:shapes></table:table>\
      <table:table table:name='U' table:style-name='h'/></office:spreadsheet></office:body></office:document>
      """
    for round in 0..<2500 {
      attempt(
        "seed \(seed) round \(round).fods", HostileInputTests.mutated(Array(text.utf8), &generator), .ods)
    }
  }

  /// Cells of many kinds.
  private struct SeededCells {
    private var generator: MutationGenerator

    init(seed: UInt64) { generator = MutationGenerator(seed: seed) }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func cell() -> String {
      let cells = [
        "", "", "", "Name", "b:Total", "2021", "2022", "7", "3.5", "-", "K077", "Note: x", "12 %", "=A1",
        "(kg)", "yes",
      ]
      return cells.randomElement(using: &generator) ?? ""
    }

    mutating func place() -> String {
      let letters = ["A", "B", "C", "D", "E", "F"]
      func corner(_ letter: Int, _ row: Int) -> String { letters[letter] + String(row) }
      return corner(number(0...5), number(1...12)) + ":" + corner(number(0...5), number(1...12))
    }
  }
}
