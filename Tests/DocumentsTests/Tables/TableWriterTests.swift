import Documents
import Testing

/// Tables in the notation of `grid` below, and the blocks that become of them.
@Suite struct TableWriterTests {
  /// A line a row, cells between `|`. `th:` marks a cell, `b:` emphasises it, `>2:` spans columns, `v2:` rows.
  private func grid(_ text: String, numbered: Bool = false) -> TableGrid {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return TableGrid(
      rows: lines.enumerated().map { index, line in
        let cells = line.isEmpty ? [] : line.split(separator: "|", omittingEmptySubsequences: false)
        return TableGrid.Row(cells: cells.map { cell(String($0)) }, number: numbered ? index + 1 : nil)
      })
  }

  private func cell(_ text: String) -> TableGrid.Cell {
    var cell = TableGrid.Cell(text: [])
    var rest = text[...]
    while let colon = rest.firstIndex(of: ":") {
      let mark = rest[..<colon]
      if mark == "th" {
        cell.isHeader = true
      } else if mark == "b" {
        cell.isEmphasized = true
      } else if mark.first == ">", let span = Int(mark.dropFirst()) {
        cell.columnSpan = span
      } else if mark.first == "v", let span = Int(mark.dropFirst()) {
        cell.rowSpan = span
      } else {
        break
      }
      rest = rest[rest.index(after: colon)...]
    }
    cell.text = Array(rest.utf8)
    return cell
  }

  private func read(_ grid: TableGrid, _ style: TableStyle) throws -> (
    document: ParsedDocument, cells: [PlacedCell]
  ) {
    let assembler = TextAssembler(limits: ReadingLimits())
    let cells = try assembler.append(grid, as: style)
    let document = try assembler.finish(format: .html, title: nil)
    #expect(document.invariantViolation() == nil)
    // Each cell's text stands where it is said to stand, and the cells ascend.
    var end = 0
    for cell in cells {
      let text = slice(cell.range, of: document)
      #expect(text == String(decoding: grid.rows[cell.row].cells[cell.column].text, as: UTF8.self))
      #expect(cell.range.lowerBound >= end)
      end = cell.range.upperBound
    }
    return (document, cells)
  }

  /// Text of the table, its blocks parted by a blank line, with `=` behind the block's header.
  private func lines(_ text: String, _ style: TableStyle) throws -> String {
    let document = try read(grid(text), style).document
    return document.blocks.map { block in
      guard let header = block.header else { return slice(block.range, of: document) }
      return slice(header, of: document) + " ="
        + slice(header.upperBound..<block.range.upperBound, of: document)
    }.joined(separator: "\n\n")
  }

  @Test(arguments: [
    // Marked names.
    (
      "th:Line|th:Stop|th:Fare\nv2:Coast|Harbour|3 EUR\nDune|4 EUR",
      "Line | Stop | Fare =\nCoast | Harbour | 3 EUR\nCoast | Dune | 4 EUR"
    ),
    ("th:Name|th:2\nth:Ann|4", "Name | 2 =\nAnn | 4"),
    ("th:Ann|4\nth:Bob|5", "Ann | 4\nBob | 5"),
    ("th:>2:Fares\nth:Zone|th:Price\nA|3", "Fares\n\nZone | Price =\nA | 3"),
    ("th:A|th:B\nth:>2:Part one\n1|2", "A | B =\nPart one\n1 | 2"),
    // Words above numbers, below titles.
    ("City|Toll\nGraz|7\nWien|9", "City | Toll =\nGraz | 7\nWien | 9"),
    (
      "Rates 2024\n\nDepot|Day|Night\nA0|40|7\nB1|41|8",
      "Rates 2024\n\nDepot | Day | Night =\nA0 | 40 | 7\nB1 | 41 | 8"
    ),
    (">3:Rates\nDepot|Day|Night\nA0|40|7", "Rates\n\nDepot | Day | Night =\nA0 | 40 | 7"),
    (
      "Report\n|Q1|Q2|Q3\nNorth|1||3\nSouth|||9", "Report\n\n| Q1 | Q2 | Q3 =\nNorth | 1 | | 3\nSouth | | | 9"
    ),
    (
      "Issued:|2024-05-01||\nDepot|Day|Night|Week\nA0|40|7|200\nA1|41|8|210",
      "Issued: 2024-05-01\n\nDepot | Day | Night | Week =\nA0 | 40 | 7 | 200\nA1 | 41 | 8 | 210"
    ),
    // Years, steps and dates as names.
    (
      "Region|2021|2022\nBavaria|10|20\nSaxony|30|40",
      "Region | 2021 | 2022 =\nBavaria | 10 | 20\nSaxony | 30 | 40"
    ),
    (
      "|2021|2022|2023\nBorn|2010|2030|1999\nLeft|2001|2002|1998",
      "| 2021 | 2022 | 2023 =\nBorn | 2010 | 2030 | 1999\nLeft | 2001 | 2002 | 1998"
    ),
    ("2021|2022\n10|20\n30|40", "2021 | 2022 =\n10 | 20\n30 | 40"),
    ("Hour|1|2|3\nMon|40|7|11\nTue|8|30|9", "Hour | 1 | 2 | 3 =\nMon | 40 | 7 | 11\nTue | 8 | 30 | 9"),
    ("Item|2024-01-01|2024-02-01\nPump|3|4", "Item | 2024-01-01 | 2024-02-01 =\nPump | 3 | 4"),
    ("Year|Sum\n2021|1990\n2022|2010", "Year | Sum =\n2021 | 1990\n2022 | 2010"),
    // No names.
    ("1|2\n3|4", "1 | 2\n3 | 4"),
    ("Pump|12\nValve|8\nHose|5", "Pump | 12\nValve | 8\nHose | 5"),
    ("Ann|1990|3\nBob|1985|4\nCleo|1991|5", "Ann | 1990 | 3\nBob | 1985 | 4\nCleo | 1991 | 5"),
    ("Street:|Mill Road 5\nCity:|Graz\nZip:|8010", "Street: | Mill Road 5\nCity: | Graz\nZip: | 8010"),
    ("red|yes\ngreen|no\nred|no", "red | yes\ngreen | no\nred | no"),
    // Names of two lines.
    (
      "v2:Route|>2:Summer|Winter\nadult|child|adult\nCoast|11|5|9\nHill|21|15|19",
      "Route | Summer › adult | Summer › child | Winter › adult =\nCoast | 11 | 5 | 9\nHill | 21 | 15 | 19"
    ),
    (
      "|>2:Summer|>2:Winter\nRoute|adult|child|adult|child\nCoast|11|5|9|4",
      "Route | Summer › adult | Summer › child | Winter › adult | Winter › child =\nCoast | 11 | 5 | 9 | 4"
    ),
    (
      "|Summer||Winter|\nRoute|adult|child|adult|child\nCoast|11|5|9|4\nHill|7|6|5|3",
      "Route | Summer › adult | Summer › child | Winter › adult | Winter › child =\nCoast | 11 | 5 | 9 | 4\nHill | 7 | 6 | 5 | 3"
    ),
    ("|>2:Sales\nCity|2021|2022\nGraz|3|4", "City | Sales › 2021 | Sales › 2022 =\nGraz | 3 | 4"),
    (
      "Part|Weight|Length\n|(kg)|(mm)\nA|3|40\nB|4|50",
      "Part | Weight › (kg) | Length › (mm) =\nA | 3 | 40\nB | 4 | 50"
    ),
    // Names that come twice, and names that come again.
    (
      "Name|Phone|Phone\nIlse|111|222\nJost|333|444",
      "Name | Phone | Phone (2) =\nIlse | 111 | 222\nJost | 333 | 444"
    ),
    ("A|B\n1|2\nA|B\n3|4", "A | B =\n1 | 2\n3 | 4"),
    // Spans of values.
    (
      "City|Mon|Tue\nGraz|>2:closed\n>3:Coast\nKiel|1|2",
      "City | Mon | Tue =\nGraz | closed | closed\nCoast\nKiel | 1 | 2"
    ),
    // Columns without text and spans beyond the table.
    ("A||B\n1||2\n3||4", "A | B =\n1 | 2\n3 | 4"),
    (">9:Long title\nA|B\n1|2", "Long title\n\nA | B =\n1 | 2"),
    ("one", "one"),
    ("a  b|c\u{1}d\n\u{A0}1|2", "a  b | cd =\n\u{A0}1 | 2"),
  ])
  func rows(text: String, expected: String) throws {
    // Cells with control characters change, so that their places are not compared.
    if text.contains("\u{1}") {
      let assembler = TextAssembler(limits: ReadingLimits())
      try assembler.append(grid(text), as: .rows)
      #expect(try assembler.finish(format: .html, title: nil).text == expected.replacing(" =", with: ""))
    } else {
      #expect(try lines(text, .rows) == expected)
    }
  }

  @Test(arguments: [
    (
      "Name|Phone|Phone\nIlse|111|222\nJost||444",
      "Name: Ilse\nPhone: 111\nPhone (2): 222\n\nName: Jost\nPhone (2): 444"
    ),
    ("Report\n|Q1|Q2|Q3\nNorth|1||3\nSouth|||9", "Report\n\nNorth\nQ1: 1\nQ3: 3\n\nSouth\nQ3: 9"),
    ("1|two|3.5\n4||6\n5", "1 | two | 3.5\n\n4 | | 6\n\n5"),
    ("|>2:Sales\nCity|2021|2022\nGraz|3|4", "City: Graz\nSales › 2021: 3\nSales › 2022: 4"),
    (
      "City|Mon|Tue\nGraz|>2:closed\n>3:Coast\nKiel|1|2",
      "City: Graz\nMon: closed\nTue: closed\n\nCoast\n\nCity: Kiel\nMon: 1\nTue: 2"
    ),
  ])
  func records(text: String, expected: String) throws {
    #expect(try lines(text, .records) == expected)
  }

  @Test func numbersOfRows() throws {
    let source = grid("Rates\n\nA|B\n1|2\n3|4", numbered: true)
    let rows = try read(source, .rows).document
    #expect(rows.places.rows.map(\.number) == [1, 3, 4, 5])
    #expect(rows.places.rows.map { slice($0.start..<($0.start + 1), of: rows) } == ["R", "A", "1", "3"])
    let records = try read(source, .records).document
    #expect(records.places.rows.map(\.number) == [1, 4, 5])
  }

  /// Cells of names and of values, copies included, are placed.
  @Test func places() throws {
    let cells = try read(grid("v2:Route|>2:Summer\nadult|child\nv2:Coast|11|5\n12|6"), .rows).cells
    #expect(
      cells.map { [$0.row, $0.column] } == [
        [0, 0], [0, 1], [1, 0], [0, 1], [1, 1], [2, 0], [2, 1], [2, 2], [2, 0], [3, 0], [3, 1],
      ])
  }

  /// Hostile spans cost no more than a bounded number of copies.
  @Test(.timeLimit(.minutes(1))) func hostileSpans() throws {
    var source = TableGrid()
    for row in 0..<3000 {
      let cell = TableGrid.Cell(text: Array("x\(row)".utf8), columnSpan: .max, rowSpan: .max)
      source.rows.append(TableGrid.Row(cells: [cell, TableGrid.Cell(text: Array("y".utf8), rowSpan: -4)]))
    }
    let document = try read(source, .rows).document
    #expect(document.text.utf8.count < 20 << 20)
    #expect(document.text.contains("x2999"))
  }
}
