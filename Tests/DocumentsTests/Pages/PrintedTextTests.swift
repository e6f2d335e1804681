import Documents
import Testing

@Suite struct PrintedTextTests {
  private func check(
    _ pages: [String], _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let document = try PageArt.document(
      pages.enumerated().map { PageArt.page($1, number: $0 + 1) })
    ContainerSupport.checkInvariants(document, sourceLocation: sourceLocation)
    #expect(document.invariantViolation() == nil, sourceLocation: sourceLocation)
    #expect(ContainerSupport.outline(document) == expected, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    // One paragraph; two by space, by an indent, by a short end.
    (
      """
      The survey team moved its camp down to the lower moraine and
      waited for the storms of the autumn to come and go.
      """,
      [
        "paragraph The survey team moved its camp down to the lower moraine and waited for the storms of the autumn to come and go."
      ]
    ),
    (
      """
      The survey team moved its camp down to the lower moraine and
      waited for the storms of the autumn to come and go again now.

      A second team measured the lake that formed behind the ridge
      and that drains through a tunnel, dug by hand in the years of
      the war.
      """,
      [
        "paragraph The survey team moved its camp down to the lower moraine and waited for the storms of the autumn to come and go again now.",
        "paragraph A second team measured the lake that formed behind the ridge and that drains through a tunnel, dug by hand in the years of the war.",
      ]
    ),
    (
      """
      The survey team moved its camp down to the lower moraine and
      waited for the storms of the autumn to come and go.
      A second team measured the lake that formed behind the ridge
      and drains through a tunnel.
      """,
      [
        "paragraph The survey team moved its camp down to the lower moraine and waited for the storms of the autumn to come and go.",
        "paragraph A second team measured the lake that formed behind the ridge and drains through a tunnel.",
      ]
    ),
    // Lines of a form stay lines.
    (
      "Name: Anke\nGross salary: 3000 EUR\nNet pay: 2600 EUR",
      ["paragraph Name: Anke\nGross salary: 3000 EUR\nNet pay: 2600 EUR"]
    ),
    // Items.
    (
      """
      • first item of the list that goes on for longer than its line
        and ends here
      • second item
      """,
      [
        "listItem1 • first item of the list that goes on for longer than its line and ends here",
        "listItem1 • second item",
      ]
    ),
    // Headings by size, by weight; their levels.
    (
      """
      #The ship

      *1* *Hull*

      The hull plates are twelve millimetres thick and made of steel.

      *2* *Mast*

      The mast is made of a single piece of pine.
      """,
      [
        "heading1 The ship", "heading2 1 Hull",
        "paragraph The hull plates are twelve millimetres thick and made of steel.",
        "heading2 2 Mast", "paragraph The mast is made of a single piece of pine.",
      ]
    ),
    // Bold type at the start of a paragraph is no heading.
    (
      """
      *Note* that the hull plates are twelve millimetres thick and
      made of steel.
      """, ["paragraph Note that the hull plates are twelve millimetres thick and made of steel."]
    ),
  ])
  func paragraphs(art: String, expected: [String]) throws {
    try check([art], expected)
  }

  @Test func columns() throws {
    let art = """
      #A title across both of the columns

      The glacier retreated by      A second team measured the
      forty metres in the warm      lake that formed behind a
      decade, and the team had      ridge. It holds eleven of
      to move its camp down to      the many cubic metres and
      the lower moraine.            drains through a tunnel.

      A line that stands across both of the columns of the page now.

      the winter of the year in     which is known to nobody in
      which the hut was made of     the valley but to the old
      the stones of the old one     keeper of the hut and his
      that fell in the storms.      dog.
      """
    try check(
      [art],
      [
        "heading1 A title across both of the columns",
        "paragraph The glacier retreated by forty metres in the warm decade, and the team had to move its camp down to the lower moraine.",
        "paragraph A second team measured the lake that formed behind a ridge. It holds eleven of the many cubic metres and drains through a tunnel.",
        "paragraph A line that stands across both of the columns of the page now.",
        "paragraph the winter of the year in which the hut was made of the stones of the old one that fell in the storms.",
        "paragraph which is known to nobody in the valley but to the old keeper of the hut and his dog.",
      ])
  }

  @Test(arguments: [
    // An empty cell keeps its column.
    (
      """
      Route        Adult fare   Child fare   Bicycle
      Norderney    31 EUR       15 EUR       9 EUR
      Baltrum      28 EUR       14 EUR       8 EUR
      Langeoog     36 EUR                    10 EUR
      """,
      "Route | Adult fare | Child fare | Bicycle\nNorderney | 31 EUR | 15 EUR | 9 EUR\nBaltrum | 28 EUR | 14 EUR | 8 EUR\nLangeoog | 36 EUR | | 10 EUR"
    ),
    // Signs stand apart from their amounts, amounts at the right; groups of columns; a wrapped label; a section.
    (
      """
                                    Year ended June 30,
                                      2024        2023
      Cash flows:
      Net income                    $  1,204    $    980
      Depreciation of machines,
        tools and buildings               77          81
      Total                         $  1,281    $  1,061
      """,
      "| Year ended June 30, › 2024 | Year ended June 30, › 2023\nCash flows:\nNet income | $ 1,204 | $ 980\nDepreciation of machines, tools and buildings | 77 | 81\nTotal | $ 1,281 | $ 1,061"
    ),
    // Wrapped cells of text, rows parted by space.
    (
      """
      *Area*            *Rule*                       *Fine*

      Inner harbour   Speed is limited to four   250
      and basin       knots at all times

      Outer mole      No anchoring               90
      """,
      "Area | Rule | Fine\nInner harbour and basin | Speed is limited to four knots at all times | 250\nOuter mole | No anchoring | 90"
    ),
    // Labels and values, no names.
    ("Ferritin        19 ng/ml\nHaemoglobin     13.7 g/dl", "Ferritin | 19 ng/ml\nHaemoglobin | 13.7 g/dl"),
  ])
  func tables(art: String, expected: String) throws {
    let document = try PageArt.document(art)
    ContainerSupport.checkInvariants(document)
    #expect(ContainerSupport.outline(document) == ["table \(expected)"])
    // Every word of the page has its place in the text.
    #expect(document.places.words.count >= PageArt.page(art).words.count)
  }

  @Test func tableThroughPages() throws {
    let head = "Name         Length    Power\n"
    let first = head + (1...20).map { "Berth \($0 + 100)    \($0 * 7) m      yes" }.joined(separator: "\n")
    let second = head + (21...30).map { "Berth \($0 + 100)    \($0 * 7) m     no" }.joined(separator: "\n")
    let document = try PageArt.document(first, second)
    ContainerSupport.checkInvariants(document)
    #expect(document.blocks.count == 1)
    #expect(document.text.hasPrefix("Name | Length | Power\nBerth 101 | 7 m | yes\n"))
    #expect(document.text.contains("Berth 120 | 140 m | yes\nBerth 121 | 147 m | no\n"))
    let bytes = Array(document.text.utf8)
    let start = document.places.pages[1].start
    #expect(String(decoding: bytes[start...].prefix(9), as: UTF8.self) == "Berth 121")
    #expect(document.page(at: start - 1) == 1 && document.page(at: start) == 2)
  }

  /// The same form on two pages with other values is two tables.
  @Test func formsOfTwoPagesStayApart() throws {
    let pages = [("Anke", "13.7", "88"), ("Bela", "11.2", "19")].map { name, first, second in
      "Laboratory report\n\n\nPatient \(name)\n\n\nHaemoglobin     \(first)\nFerritin        \(second)"
    }
    let document = try PageArt.document(pages[0], pages[1])
    #expect(document.blocks.count { $0.kind == .table } == 2)
    let bela = try #require(document.text.range(of: "Bela"))
    #expect(document.text[bela.lowerBound...].contains("Ferritin | 19"))
  }

  @Test func paragraphThroughPages() throws {
    let first = """
      The survey team moved its camp down to the lower moraine and
      waited for the storms of the autumn, which in the end were more
      """
    let second = """
      violent than those of the years before and broke two tents of
      the camp.
      """
    let document = try PageArt.document(first, second)
    ContainerSupport.checkInvariants(document)
    #expect(document.blocks.count == 1)
    let bytes = Array(document.text.utf8)
    let start = document.places.pages[1].start
    #expect(String(decoding: bytes[start...].prefix(7), as: UTF8.self) == "violent")
    #expect(document.page(at: start - 2) == 1)
  }

  @Test func footnotesStandBeforeWhatGoesOn() throws {
    var page = PageArt.page(
      """
      The survey team moved its camp down to the lower moraine and
      waited for the storms of the autumn, which in the end were more
      """)
    page.words += ["1", "Built", "in", "1931."].enumerated().map { index, text in
      PrintedPage.Word(
        text: text,
        box: PageBox(left: 50 + 40 * Double(index), top: 790, right: 84 + 40 * Double(index), bottom: 797),
        fontSize: 7)
    }
    let next = PageArt.page("violent than those of the years before and broke two tents.", number: 2)
    let document = try PageArt.document([page, next])
    #expect(document.blocks.count == 2)
    #expect(document.text.hasPrefix("1 Built in 1931.\n\nThe survey team"))
    #expect(document.text.contains("were more violent than"))
  }

  @Test func runningLines() throws {
    func page(_ number: Int, _ value: String) -> String {
      "Port Authority - Annual review\n\n\n\n"
        + "The \(value) is open on all days of the year but for the first.\n\n\n\nPage \(number) of 4"
    }
    let document = try PageArt.document(page(1, "gate"), page(2, "lock"), page(3, "slip"), page(4, "basin"))
    #expect(!document.text.contains("Port Authority") && !document.text.contains("Page"))
    #expect(document.text.contains("The slip is open"))
    let notes = document.notes.map(\.note).joined()
    #expect(
      notes.contains("“Port Authority - Annual review” (4)")
        && notes.contains("page numbers such as “Page 1 of 4” (4)"))
  }

  /// What differs in words or digits from page to page is data, however alike its lines are.
  @Test(arguments: [0, 1]) func dataStays(form: Int) throws {
    func page(_ number: Int) -> String {
      form == 0
        ? "Invoice total: \(1000 + 37 * number) EUR\nCustomer number \(500 + number)\nDiscount: \(4 + number) percent"
        : "Payslip 2024-0\(number)\nEmployee number \(4100 + 17 * number)\n\n\n\n\nNet pay: \(2600 + 92 * number) EUR"
    }
    let pages = (1...6).map { PageArt.page(page($0), number: $0) }
    let document = try PageArt.document(pages)
    for page in pages {
      for word in page.words { #expect(document.text.contains(word.text)) }
    }
    #expect(document.notes.isEmpty)
    let bytes = Array(document.text.utf8)
    for (index, place) in document.places.pages.enumerated() {
      let rest = String(decoding: bytes[place.start...], as: UTF8.self)
      let first = try #require(pages[index].words.first?.text)
      #expect(rest.hasPrefix(first))
    }
  }

  @Test func contents() throws {
    let first = """
      #Contents

      1 Hull ......................... 2
      2 Mast ......................... 3
      3 Keel ......................... 4
      4 Sails ........................ 5
      """
    let chapters = ["1 Hull", "2 Mast", "3 Keel", "4 Sails"].map {
      "#\($0)\n\nThis chapter is about what its heading says, in a single sentence."
    }
    let document = try PageArt.document(
      ([first] + chapters).enumerated().map { PageArt.page($1, number: $0 + 1) })
    #expect(!document.text.contains("....") && !document.text.contains("Contents"))
    let note = try #require(document.notes.first { $0.page == 1 })
    #expect(note.note.contains("5 lines of a table of contents") && note.note.contains("Mast"))
    // Prices behind dots are no contents.
    let prices = try PageArt.document(
      "Apple pie ........ 4\nCoffee ........... 2\nTea .............. 3\nWater ............ 1")
    #expect(prices.text.contains("Coffee | 2"))
  }

  @Test func hyphensAndPlaces() throws {
    let document = try PageArt.document(
      """
      The installation needs much care, and so the well-known instal-
      lation of the tide-gauge was closed in the years 2019-
      2020 by the authors of the book about harbours of the north.
      """)
    #expect(
      document.text.contains("well-known installation of the tide-gauge was closed in the years 2019-2020 by")
    )
    // Both parts of a word that was broken have their boxes.
    let start = try #require(document.text.range(of: "installation of the tide"))
    let offset = document.text.utf8.distance(from: document.text.startIndex, to: start.lowerBound)
    let place = document.places.place(of: offset..<(offset + 12))
    #expect(place.lines.count == 2)
    #expect(place.page == 1)
  }

  @Test func wordsHaveTheirBoxes() throws {
    let page = PageArt.page(
      "Route        Fare\nNorderney    31 EUR\nBaltrum      28 EUR\n\nDogs travel free of charge.")
    let document = try PageArt.document([page])
    let bytes = Array(document.text.utf8)
    #expect(document.places.words.count == page.words.count)
    for word in document.places.words {
      let text = String(decoding: bytes[word.range], as: UTF8.self)
      #expect(page.words.contains { $0.text == text && $0.box == word.box })
    }
    #expect(document.places.pages[0].width == 595)
  }

  @Test func raisedFigures() throws {
    var page = PageArt.page("about 10   people live there")
    page.words.append(
      PrintedPage.Word(text: "6", box: PageBox(left: 90, top: 38, right: 93, bottom: 44), fontSize: 6))
    #expect(try PageArt.document([page]).text == "about 10⁶ people live there")
  }

  @Test func meaninglessGlyphsAreNamed() throws {
    var page = PageArt.page("A readable line of text")
    page.words.append(
      PrintedPage.Word(
        text: "\u{F123}\u{F124}", box: PageBox(left: 50, top: 80, right: 90, bottom: 90), fontSize: 10))
    let document = try PageArt.document([page])
    #expect(document.text == "A readable line of text")
    #expect(document.notes.first?.page == 1)
    #expect(document.notes.first?.note.contains("1 of 6 words") == true)
  }

  @Test func rightToLeft() throws {
    let words = [("שלום", 300.0), ("עולם", 260.0), ("טוב", 220.0)].map { text, left in
      PrintedPage.Word(
        text: text, box: PageBox(left: left, top: 40, right: left + 30, bottom: 50), fontSize: 10)
    }
    let page = PrintedPage(number: 1, width: 595, height: 842, words: words.reversed())
    #expect(try PageArt.document([page]).text == "שלום עולם טוב")
  }

  @Test func turnedWordsStandApart() throws {
    var page = PageArt.page(
      "The survey team moved its camp down to the lower moraine and\nwaited for the storms.")
    page.words.append(
      PrintedPage.Word(
        text: "arXiv:2401.1", box: PageBox(left: 20, top: 30, right: 32, bottom: 120), fontSize: 10))
    let document = try PageArt.document([page])
    #expect(ContainerSupport.outline(document).last == "paragraph arXiv:2401.1")
    #expect(document.text.contains("lower moraine and waited"))
  }
}
