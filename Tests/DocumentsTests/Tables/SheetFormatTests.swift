import Documents
import Testing

/// Values of workbooks as they are shown, on files of other programs.
@Suite struct SheetFormatTests {
  /// Numbers under 53 formats read as LibreOffice shows them; `Fixtures/tables/make.py` wrote them down.
  @Test func numbersAsLibreOfficeShowsThem() throws {
    let lines = String(decoding: try fixture("tables/numbers.tsv"), as: UTF8.self).split(separator: "\n")
    let cases = lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    try #require(cases.count > 1000)
    var formats: [String] = []
    var rows = ""
    for (index, one) in cases.enumerated() {
      if formats.last != one[0] { formats.append(one[0]) }
      rows +=
        "<row r='\(index + 1)'><c r='A\(index + 1)' t='str'><v>k\(index):</v></c>"
        + "<c r='B\(index + 1)' s='\(formats.count)'><v>\(one[1])</v></c></row>"
    }
    let document = try Workbook([Workbook.Sheet(rows: rows)], formats: formats).read()
    var shown: [String: String] = [:]
    for block in document.blocks.dropFirst() {
      let parts = slice(block.range, of: document).split(separator: ":", maxSplits: 1).map(String.init)
      shown[parts[0]] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
    }
    for (index, one) in cases.enumerated() {
      #expect(shown["k\(index)"] == one[2], "\(one[1]) as \(one[0])")
    }
  }

  /// What differs from LibreOffice on purpose, and codes that nobody should write.
  @Test(arguments: [
    ("[Blue]#,##0;[Red]#,##0", "-1234.5", "-1,235"), ("[Blue]#,##0;[Red]#,##0", "-0.1", "0"),
    ("# ?/?", "5551234567", "5551234567"), ("# ?/?", "-0.5", "-1/2"), ("\"", "5", "5"), ("[", "5", "5"),
    ("\\", "5", "5"), ("0.", "5", "5"), (".", "5", "5"), ("/", "5", "5"), ("?/0", "5", "5/1"),
    ("E+", "5", "5"),
    ("0E+0", "1e300", "1e+300"), ("0,,,,,,,,,,", "5", "0"), ("%%%", "5", "5"), ("GENERAL", "2.50", "2.5"),
    ("yyyy;@", "45418", "2024-05-06"), ("[$-407]d. mmmm yyyy", "45418", "2024-05-06"),
    ("[hh]:mm", "2.5", "60:00:00"), ("0 \"m\"", "7", "7 m"), ("0.00;[>5]0", "-3", "-3.00"),
  ])
  func formats(code: String, value: String, expected: String) throws {
    let rows = "<row><c t='str'><v>x</v></c><c s='1'><v>\(value)</v></c></row>"
    let text = try Workbook([Workbook.Sheet(rows: rows)], formats: [code]).read().text
    // A code that shows nothing hides the cell, which is said; the others show the number.
    #expect(text == "S\n\nx | \(expected)" || (text == "S\n\nx" && !code.contains { "0#?".contains($0) }))
  }

  private static let sales = [
    "heading1 Sales", "heading2 Ferry sales 2023", "paragraph Status: final",
    "record Route: Coast\nSummer › adult: 11.00 €\nSummer › child: 5.00 €\nWinter › adult: 9.00 €\nWinter › child: 4.00 €",
    "record Route: Coast\nSummer › adult: 1,234.50 €\nSummer › child: 6.00 €\nWinter › adult: 8.00 €\nWinter › child: 3.00 €",
    "record Route: Hill\nSummer › adult: 21.00 €\nSummer › child: 15.00 €\nWinter › adult: 19.00 €\nWinter › child: 14.00 €\nRemark: from May",
    "record Route: Total\nSummer › adult: 1,266.50 €", "heading1 Sales", "record City: Graz\nToll: 7",
    "record City: Ulm\nToll: 9", "paragraph Note: children under 6 travel free.", "paragraph Distance 10⁶ m",
    "paragraph Timetable (https://example.org/x)", "paragraph Comment on B7: Checked by Ann",
  ]

  @Test(arguments: ["ferry.xlsx", "ferry.ods"])
  func workbookOfAnotherProgram(name: String) throws {
    let document = try readDocument(SourceFile(name: name, bytes: try fixture("tables/\(name)")))
    ContainerSupport.checkInvariants(document)
    let outline = ContainerSupport.outline(document)
    #expect(Array(outline.prefix(Self.sales.count)) == Self.sales)
    let rest = Array(outline.dropFirst(Self.sales.count))
    #expect(rest.contains("paragraph Chart: Fares of adults"))
    #expect(
      rest.contains { $0.hasPrefix("table Category | Adults\nCoast | 11\n") && $0.hasSuffix("Hill | 21") })
    #expect(rest.contains("paragraph A box says hello"))
    let isTrue = name.hasSuffix("xlsx") ? "true" : "TRUE"
    #expect(rest.contains("record When: 2024-05-06\n2023: 3\nOk: \(isTrue)"))
    #expect(!document.text.contains("nobody sees") && !document.text.contains("secret"))
    let notes = document.notes.map(\.note)
    for note in ["hidden row 21 left out", "hidden column K left out", "sheet 'Secret' is hidden"] {
      #expect(notes.contains { $0.contains(note) }, "\(note) in \(notes)")
    }
    #expect(document.title == "Ferries")
    #expect(document.places.pages.map(\.name) == ["Sales", "Data", "Secret"])
    let hill = try #require(document.blocks.first { slice($0.range, of: document).contains("Hill") })
    let place = document.places.place(of: hill.range)
    #expect(place.row == 8 && place.page == 1 && place.pageName == "Sales")
  }

  @Test func spreadsheetOfOdfpy() throws {
    let document = try readDocument(SourceFile(name: "fares.ods", bytes: try fixture("tables/fares.ods")))
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 Fares", "heading2 Ferry fares 2023",
        "record Route: Coast\nSummer › adult: 11.00 €\nSummer › child: 5\nWinter › adult: 5",
        "record Route: Hill\nSummer › adult: 21.00 €\nWinter › adult: 9",
        "record Route: Total\nSummer › adult: =SUM(B6:B7)",
      ])
    #expect(document.notes.count == 1 && document.notes[0].note.contains("cell B8 has no stored value"))
    #expect(document.places.rows.map(\.number) == [1, 6, 7, 8])
  }

  @Test func spreadsheetOfPandas() throws {
    let document = try readDocument(SourceFile(name: "regions.ods", bytes: try fixture("tables/regions.ods")))
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 Sheet1", "record Region: Bavaria\n2021: 10\n2022: 20\nWhen: 2024-05-06\nok: true",
        "record Region: Saxony\n2021: 30\n2022: 40\nWhen: 2024-05-07T10:00:00\nok: false",
      ])
  }

  /// Flat files, repeats that are hostile, hidden sheets, and files that are something else.
  @Test(arguments: [
    (
      "<table:table table:name='T'><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row></table:table>",
      "T\n\na"
    ),
    (
      "<table:table table:name='T'><table:table-row table:number-rows-repeated='9999999999'><table:table-cell table:number-columns-repeated='9999999999'/></table:table-row><table:table-row><table:table-cell office:value-type='percentage' office:value='0.25'/><table:table-cell office:value-type='time' office:time-value='PT36H05M00S'/></table:table-row></table:table>",
      "T\n\n25% | 36:05:00"
    ),
    (
      "<table:table table:name='T'><table:table-row><table:table-cell table:number-columns-spanned='99999999' table:number-rows-spanned='-4'><text:p>a</text:p></table:table-cell></table:table-row><table:table-row><table:covered-table-cell><text:p>no</text:p></table:covered-table-cell><table:table-cell><text:p>b<text:s text:c='3'/>c</text:p><text:p>d</text:p></table:table-cell></table:table-row></table:table>",
      "T\n\na\n\nb c d"
    ),
    (
      "<table:table table:name='T'><table:table-row><table:table-cell office:value-type='float' office:value='0'><office:annotation><dc:creator>Ann</dc:creator><text:p>why</text:p></office:annotation><text:p>#N/A</text:p></table:table-cell></table:table-row></table:table>",
      "T\n\n#N/A\n\nComment on A1: why"
    ),
  ])
  func flatSpreadsheet(table: String, expected: String) throws {
    let text = """
      <office:document xmlns:office='o' xmlns:table='t' xmlns:text='x' xmlns:dc='d' office:mimetype='\
      application/vnd.oasis.opendocument.spreadsheet'><office:body><office:spreadsheet>\(table)</office:spreadsheet>\
      </office:body></office:document>
      """
    #expect(try readText("a.fods", text).text == expected)
  }
}
