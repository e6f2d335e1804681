import Documents
import Testing

/// Tables where they stand on a sheet: below titles, beside and below each other, in more rows than are held.
@Suite struct SheetTablesTests {
  /// Blocks but the sheet's first heading, `#` before headings and `>` before paragraphs, `/` between lines.
  private func outline(_ document: ParsedDocument) -> [String] {
    document.blocks.dropFirst().map { block in
      let text = slice(block.range, of: document).replacing("\n", with: " / ")
      return (block.kind == .heading ? "#\(block.level) " : block.kind == .paragraph ? "> " : "") + text
    }
  }

  @Test(arguments: [
    ("Tool|Torque\nWrench|40\n\nCity|Toll\nGraz|7", ["Tool: Wrench / Torque: 40", "City: Graz / Toll: 7"]),
    // A title, a title with what belongs to it, and a table without one below.
    (
      "Rates\n\nDepot|Day\nA|40\n\nb:City|b:Toll\nGraz|7",
      ["#2 Rates", "Depot: A / Day: 40", "#1 S", "City: Graz / Toll: 7"]
    ),
    ("Rates\nIssued in May\nDepot|Day\nA|40", ["#2 Rates", "> Issued in May", "Depot: A / Day: 40"]),
    ("First\nA|B\n1|2\n\nSecond\nA|C\n3|4", ["#2 First", "A: 1 / B: 2", "#2 Second", "A: 3 / C: 4"]),
    // Blank rows that part nothing.
    ("A|B\n\n1|2\n\n3|4", ["A: 1 / B: 2", "A: 3 / B: 4"]),
    (
      "Name|Town\nAnn|Ulm\n\nBob|Bonn\nCleo|Kiel",
      ["Name: Ann / Town: Ulm", "Name: Bob / Town: Bonn", "Name: Cleo / Town: Kiel"]
    ),
    ("Item|Cost\nPump|120\n\nTotal|120", ["Item: Pump / Cost: 120", "Item: Total / Cost: 120"]),
    // Side by side, of the same and of different heights, and a column that is only blank.
    (
      "Tool|Torque||City|Toll\nWrench|40||Graz|7\nPliers|20||Ulm|9",
      [
        "Tool: Wrench / Torque: 40", "Tool: Pliers / Torque: 20", "City: Graz / Toll: 7",
        "City: Ulm / Toll: 9",
      ]
    ),
    (
      "Tool|Torque||City|Toll\nWrench|40||Graz|7\nPliers|20|||\nSaw|30|||",
      [
        "Tool: Wrench / Torque: 40", "Tool: Pliers / Torque: 20", "Tool: Saw / Torque: 30",
        "City: Graz / Toll: 7",
      ]
    ),
    (
      "Item||2021||2022\nPump||1||2\nSaw||3||4",
      ["Item: Pump / 2021: 1 / 2022: 2", "Item: Saw / 2021: 3 / 2022: 4"]
    ),
    // Notes below, forms above, lists.
    (
      "A|B\n1|2\n\nNote: all in EUR.\nSource: the yard",
      ["A: 1 / B: 2", "> Note: all in EUR.", "> Source: the yard"]
    ),
    ("A|B\n1|2\nNote: all in EUR.", ["A: 1 / B: 2", "> Note: all in EUR."]),
    (
      "Author:|Ann\nDate:|5 May\n\nItem|Cost|Room\nPump|120|3",
      ["Author: Ann", "Date: 5 May", "Item: Pump / Cost: 120 / Room: 3"]
    ),
    ("b:Score\n5\n6\n7", ["Score: 5", "Score: 6", "Score: 7"]),
    ("one\ntwo\nthree", ["one", "two", "three"]),
    // Bold decides where words stand below words.
    (
      "b:Dish|b:Served with\nSoup|bread\nStew|rice\n\nb:Wine|b:From\nRed|Spain",
      ["Dish: Soup / Served with: bread", "Dish: Stew / Served with: rice", "Wine: Red / From: Spain"]
    ),
    // Hidden rows are no blank rows.
    ("A|B\nh:5|6\n1|2", ["A: 1 / B: 2"]),
    // The formula is shown where it has no value.
    (
      "Item|Cost\nPump|120\nTotal|=SUM(B2:B2)", ["Item: Pump / Cost: 120", "Item: Total / Cost: =SUM(B2:B2)"]
    ),
  ])
  func tables(text: String, expected: [String]) throws {
    #expect(outline(try Workbook(text).read()) == expected)
  }

  @Test(arguments: [
    // A merged title, groups of names, cells merged downwards and across.
    (
      "Fares|||\nRoute|Summer||Winter\n|adult|child|adult\nCoast|11|5|9\n|12|6|8\nHill|closed||",
      ["A1:D1", "A2:A3", "B2:C2", "A4:A5", "B6:D6"],
      [
        "#2 Fares", "Route: Coast / Summer › adult: 11 / Summer › child: 5 / Winter › adult: 9",
        "Route: Coast / Summer › adult: 12 / Summer › child: 6 / Winter › adult: 8",
        "Route: Hill / Summer › adult: closed / Summer › child: closed / Winter › adult: closed",
      ]
    ),
    // What a merged cell covers is not shown.
    ("A|B\n1|9\n2|4", ["A2:B2"], ["> 1", "A: 2 / B: 4"]),
    // Blocks that overlap, that begin above, that are no blocks.
    (
      "A|B\n1|2\n3|4", ["A2:A3", "A2:B3", "B9:A1", "?", "A0:A0", "ZZZZ1:A1"], ["A: 1 / B: 2", "A: 1 / B: 4"]
    ),
  ])
  func merged(text: String, places: [String], expected: [String]) throws {
    let after = "<mergeCells>" + places.map { "<mergeCell ref='\($0)'/>" }.joined() + "</mergeCells>"
    if places.contains("?") {
      _ = try Workbook(text, after: after).read()
    } else {
      #expect(outline(try Workbook(text, after: after).read()) == expected)
    }
  }

  /// More rows than are held at once keep their names, tables and numbers.
  @Test func manyRows() throws {
    var text = "Title\n\nid|word|n||City|Toll\n"
    for row in 0..<2500 { text += "\(row)|w\(row)|\(row % 7)||C\(row)|\(row % 5)\n" }
    let document = try Workbook(text).read()
    let blocks = outline(document)
    // A title, and the name of the sheet before the table that the title is not of.
    #expect(blocks.count == 2 + 2 * 2500)
    #expect(blocks.contains("id: 2499 / word: w2499 / n: 0"))
    #expect(blocks.contains("City: C2499 / Toll: 4"))
    let last = try #require(document.blocks.last { slice($0.range, of: document).contains("w2499") })
    #expect(document.places.place(of: last.range).row == 2503)
  }

  @Test func hiddenPartsAreNamed() throws {
    var book = Workbook("A|B|C\n1|2|3\nh:4|5|6\nh:7|8|9\n1|2|3\n\nh:4||")
    book.sheets[0].before = "<cols><col min='2' max='2' hidden='1'/></cols>"
    book.sheets.append(
      Workbook.Sheet(name: "T", rows: "<row><c t='str'><v>x</v></c></row>", state: "veryHidden"))
    let document = try book.read()
    #expect(outline(document) == ["A: 1 / C: 3", "A: 1 / C: 3"])
    let notes = document.notes.map(\.note)
    #expect(notes.contains { $0.contains("hidden rows 3–4, 7 left out") }, "\(notes)")
    #expect(notes.contains { $0.contains("hidden column B left out") }, "\(notes)")
    #expect(notes.contains { $0.contains("sheet 'T' is hidden") }, "\(notes)")
    #expect(document.places.pages.map(\.name) == ["S", "T"])
  }

  @Test func whatTheFormatMarksAsNames() throws {
    // A filter marks the row of words as names, though words stand below.
    let filter = Workbook("Yard\nOld|Red\nNew|Blue\nOld|Blue", after: "<autoFilter ref='A2:B4'/>")
    #expect(outline(try filter.read()) == ["#2 Yard", "Old: New / Red: Blue", "Old: Old / Red: Blue"])
    let frozen = Workbook(
      "Red|Old\nBlue|Red\nBlue|Old",
      before: "<sheetViews><sheetView><pane ySplit='1' state='frozen'/></sheetView></sheetViews>")
    #expect(outline(try frozen.read()) == ["Red | Old", "Blue | Red", "Blue | Old"])
    var titles = Workbook("Dish|With\nSoup|bread\nStew|rice")
    titles.definedNames =
      "<definedName name='_xlnm.Print_Titles' localSheetId='0'>S!$A:$A,S!$1:$1</definedName>"
    #expect(outline(try titles.read()) == ["Dish: Soup / With: bread", "Dish: Stew / With: rice"])
  }

  @Test func notesOfCells() throws {
    let rows = """
      <row r='1'><c r='A1' t='inlineStr'><is><t>Item</t></is></c><c r='B1' t='inlineStr'><is><t>Cost</t></is></c>\
      <c r='C1' t='inlineStr'><is><t>Spare</t></is></c></row>\
      <row r='2'><c r='A2' t='inlineStr'><is><t>Pump</t></is></c><c r='B2'><f>A1</f><v/></c></row>\
      <row r='3'><c r='A3' t='s'><v>77</v></c><c r='B3' s='1'><v>5</v></c></row>\
      <row r='4'><c r='A4' t='e'><v>#N/A</v></c><c r='B4' t='str'><f>X()</f><v></v></c></row>
      """
    let document = try Workbook([Workbook.Sheet(rows: rows)], formats: [";;;"]).read()
    #expect(outline(document) == ["Item: Pump / Cost: =A1", "> #N/A"])
    let notes = document.notes.map(\.note)
    #expect(notes.contains { $0.contains("cell B2 has no stored value") }, "\(notes)")
    #expect(notes.contains { $0.contains("cell B3 has a number format that shows nothing") }, "\(notes)")
    #expect(notes.contains { $0.contains("cell A3 has a text that the workbook does not hold") }, "\(notes)")
    #expect(notes.contains { $0.contains("column 'Spare' has a name and no values") }, "\(notes)")
  }

  /// Rows of many columns: pieces of a record say what it is of, and each value its name.
  @Test func wideRecords() throws {
    let names = (0..<200).map { $0 == 0 ? "Depot" : "Measure \($0)" }.joined(separator: "|")
    let values = (0..<200).map { $0 == 0 ? "Quay" : "\($0 * 3)" }.joined(separator: "|")
    let document = try Workbook(names + "\n" + values).read()
    let chunker = Chunker(options: ChunkingOptions()) { $0.split(separator: " ").count }
    let chunks = chunker.chunks(of: document)
    #expect(chunks.count > 1)
    for text in chunks.map({ chunker.indexedText(of: $0, in: document) }) where text.contains("Measure") {
      #expect(text.contains("Depot: Quay"))
    }
    #expect(chunks.contains { chunker.indexedText(of: $0, in: document).contains("Measure 199: 597") })
  }

  @Test func binaryWorkbookIsNamed() {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let bytes = StoredZip.archive([
      StoredZip.Entry(
        name: "_rels/.rels",
        bytes: Array(
          "<Relationships><Relationship Id='a' Type='\(office)/officeDocument' Target='xl/workbook.bin'/></Relationships>"
            .utf8)),
      StoredZip.Entry(name: "xl/workbook.bin", bytes: [1, 2, 3]),
    ])
    let failure = ContainerSupport.failure { () throws(DocumentError) in
      try readDocument(SourceFile(name: "a.xlsb", bytes: bytes))
    }
    #expect(failure?.code == .unsupportedFormat)
    #expect(failure?.message.contains("XLSB") == true)
  }
}
