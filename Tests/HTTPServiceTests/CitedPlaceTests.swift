import Documents
import Foundation
import HTTPService
import IndexStore
import TestSupport
import Testing

/// Where citations say that their quotes stand, against an oracle that walks over everything.
@Suite struct CitedPlaceTests {
  /// A document of known sentences with places made up.
  struct Sample {
    var id: String
    var format: DocumentFormat
    var sentences: [String]
    var places: DocumentPlaces

    var text: String { sentences.joined(separator: "\n\n") }
  }

  static func sample(_ number: Int, _ generator: inout SeededGenerator) -> Sample {
    func roll(_ most: Int) -> Int { Int.random(in: 1...most, using: &generator) }
    let words = ["Größe", "pump", "valve", "日本", "meter", "naïve", "seal", "rotor"]
    let sentences = (0..<3 + roll(9)).map { index in
      let middle = (0..<roll(6)).map { _ in words.randomElement(using: &generator) ?? "" }.joined(
        separator: " ")
      return "The unit\(number)x\(index) \(middle) holds \(roll(9999)) litres."
    }
    let formats: [DocumentFormat] = [.pdf, .pptx, .xlsx, .csv, .text, .markdown]
    let format = formats[number % formats.count]
    var sample = Sample(id: "d/\(number)", format: format, sentences: sentences, places: DocumentPlaces())
    let length = sample.text.utf8.count
    func ascending(_ count: Int) -> [Int] {
      Set((0..<count).map { _ in Int.random(in: 0..<length, using: &generator) }).sorted()
    }
    if [.pdf, .pptx, .xlsx].contains(format) {
      sample.places.pages = ([0] + ascending(roll(4)).filter { $0 > 0 }).enumerated().map { index, start in
        DocumentPlaces.Page(
          start: start, name: format == .xlsx ? "Blatt \(index)" : nil,
          width: format == .xlsx ? 0 : Double(roll(9000)) / 10,
          height: format == .xlsx ? 0 : Double(roll(9000)) / 10)
      }
    } else {
      var source = 0
      sample.places.sourceMap = SourceMap(
        runs: ascending(roll(5) - 1).map { text in
          source += roll(300)
          return SourceMap.Run(text: text, source: source, textUnit: roll(3), sourceUnit: roll(4) - 1)
        })
    }
    if [.xlsx, .csv].contains(format) {
      var row = 0
      sample.places.rows = ascending(roll(6)).map { start in
        row += roll(3)
        return DocumentPlaces.Row(start: start, number: row)
      }
    }
    if format == .pdf {
      var offset = 0
      for piece in sample.text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
        let left = Double(roll(5000)) / 10
        let top = Double(roll(7000)) / 10
        if !piece.isEmpty, roll(8) > 1 {
          sample.places.words.append(
            DocumentPlaces.Word(
              range: offset..<offset + piece.count,
              box: PageBox(
                left: left, top: top, right: left + Double(roll(500)) / 10,
                bottom: top + Double(roll(200)) / 10)))
        }
        offset += piece.count + 1
      }
    }
    return sample
  }

  /// A server with samples in its collection.
  static func server(_ samples: [Sample]) async throws -> TestServer {
    let server = try await TestServer([])
    let collection = try SampleCollection(path: server.folder("home"))
    let documents = samples.map { sample in
      var document = collection.document(sample.id, sample.text)
      document.documents[0].record.format = sample.format
      document.documents[0].text.places = sample.places
      document.documents[0].chunks[0].page = sample.places.pages.isEmpty ? nil : 1
      return document
    }
    try collection.commit(documents, to: collection.writer())
    return server
  }

  /// What must be told of `range`, found by looking at every byte, page, row and word.
  static func expected(_ range: Range<Int>, of sample: Sample) -> [String: JSONValue] {
    let places = sample.places
    var told: [String: JSONValue] = [:]
    if let map = places.sourceMap {
      var table: [Range<Int>] = []
      for offset in 0..<sample.text.utf8.count {
        var unit = offset..<offset + 1
        for run in map.runs where run.text <= offset {
          let start = run.source + (offset - run.text) / run.textUnit * run.sourceUnit
          unit = start..<start + run.sourceUnit
        }
        table.append(unit)
      }
      let start = table[range.lowerBound].lowerBound
      told["source_start"] = .integer(start)
      told["source_end"] = .integer(max(start, table[range.upperBound - 1].upperBound))
    }
    var pageStart = 0
    var pageEnd = Int.max
    for (index, page) in places.pages.enumerated() where page.start <= range.lowerBound || index == 0 {
      told["page"] = .integer(index + 1)
      if sample.format == .pptx { told["slide"] = .integer(index + 1) }
      if sample.format == .xlsx { told["sheet"] = page.name.map { .string($0) } }
      if page.width > 0 { told["page_size"] = .array([.number(page.width), .number(page.height)]) }
      pageStart = page.start
      pageEnd = index + 1 < places.pages.count ? places.pages[index + 1].start : Int.max
    }
    for row in places.rows where row.start <= range.lowerBound && row.start >= pageStart {
      told["row"] = .integer(row.number)
    }
    var sides: [Double]?
    for word in places.words where word.range.overlaps(range) && word.range.lowerBound < pageEnd {
      let box = word.box
      let old = sides ?? [box.left, box.top, box.right, box.bottom]
      sides = [
        min(old[0], box.left), min(old[1], box.top), max(old[2], box.right), max(old[3], box.bottom),
      ]
    }
    if let sides { told["box"] = .array(sides.map { .number(($0 * 10).rounded() / 10) }) }
    return told
  }

  static func check(
    _ value: JSONValue, says range: Range<Int>, of sample: Sample, _ place: SourceLocation = #_sourceLocation
  ) {
    let expected = expected(range, of: sample)
    for name in ["source_start", "source_end", "page", "page_size", "box", "slide", "sheet", "row"] {
      // As it comes over the wire; null is not told.
      let wanted = expected[name].map { JSONValue(parsing: $0.description.utf8)?.description ?? "" }
      #expect(
        value[name]?.description ?? "null" == wanted ?? "null",
        "\(name) of \(range) in \(sample.id): \(value)",
        sourceLocation: place)
    }
    // The boxes of lines make up the box.
    if case .array(let box)? = value["box"], case .array(let boxes)? = value["boxes"] {
      let sides = boxes.compactMap {
        if case .array(let sides) = $0 { sides.compactMap(\.real) } else { nil }
      }
      #expect(box.compactMap(\.real)[0] == sides.map { $0[0] }.min(), sourceLocation: place)
      #expect(box.compactMap(\.real)[3] == sides.map { $0[3] }.max(), sourceLocation: place)
    }
    let bytes = Array(sample.text.utf8)[range]
    if let quote = value["quote"]?.text {
      #expect(Array(quote.utf8) == Array(bytes), "quote of \(range) in \(sample.id)", sourceLocation: place)
    }
  }

  static func range(_ value: JSONValue) throws -> Range<Int> {
    guard case .integer(let start)? = value["start"], case .integer(let end)? = value["end"] else {
      throw ServiceError(.invalidRequest, "no offsets in \(value)")
    }
    return start..<end
  }

  @Test(arguments: [7, 8, 9] as [UInt64]) func everyCitationStandsWhereItSays(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    let samples = (0..<12).map { Self.sample($0, &generator) }
    let byID = Dictionary(uniqueKeysWithValues: samples.map { ($0.id, $0) })
    let server = try await Self.server(samples)
    var seen = 0
    for sample in samples {
      for sentence in sample.sentences {
        let body = JSONValue.object([
          ("question", .string(sentence)), ("threshold", .integer(0)), ("stream", .bool(true)),
        ])
        let reply = try await server.post("/query", body.description)
        let done = try TestServer.parse(reply.events.last?.data ?? "")
        guard case .array(let citations)? = done["citations"] else {
          Issue.record("no citations in \(reply.body)")
          continue
        }
        for citation in citations {
          let cited = try #require(byID[citation["document_id"]?.text ?? ""])
          Self.check(citation, says: try Self.range(citation), of: cited)
          seen += 1
        }
        let events = try reply.events.filter { $0.name == "citation" }.map {
          try TestServer.parse($0.data).description
        }
        #expect(events == citations.map(\.description))
      }
      let path = "/api/v1/documents/" + sample.id.replacing("/", with: "%2F")
      let text = sample.text
      let document = try await server.get(path)
      #expect(document.text("text") == text)
      guard case .array(let chunks)? = try await server.get(path + "/chunks").json["chunks"] else {
        Issue.record("no chunks of \(sample.id)")
        continue
      }
      for chunk in chunks {
        Self.check(chunk, says: try Self.range(chunk), of: sample)
      }
      let borders = text.unicodeScalars.indices.map { text.utf8.distance(from: text.startIndex, to: $0) }
      for _ in 0..<10 {
        let two = [
          borders.randomElement(using: &generator) ?? 0, borders.randomElement(using: &generator) ?? 0,
        ]
        guard let low = two.min(), let high = two.max(), low < high else { continue }
        let place = try await server.get(path + "/place?start=\(low)&end=\(high)")
        #expect(place.status == 200, "\(place.body)")
        Self.check(place.json, says: low..<high, of: sample)
        #expect(place.text("text").map { Array($0.utf8) } == Array(text.utf8)[low..<high].map { $0 })
      }
    }
    #expect(seen > 60)
  }

  @Test(arguments: [
    "", "?start=0", "?start=3&end=2", "?start=0&end=99999", "?start=-1&end=2", "?start=0&end=2",
  ])
  func placesOfNothingAreRefused(query: String) async throws {
    let server = try await Self.server([
      Sample(id: "d", format: .text, sentences: ["ßtraße"], places: DocumentPlaces())
    ])
    // The last asks for one and a half letters.
    let path = "/api/v1/documents/d/place" + query.replacing("end=2", with: "end=1")
    let reply = try await server.get(path)
    #expect(reply.status == 400, "\(path): \(reply.body)")
    #expect(try await server.get("/api/v1/documents/d/place?start=0&end=2").text("text") == "ß")
  }

  @Test func documentsOfAnOlderCatalogSayTheirPages() async throws {
    let sentences = ["The first page names a pump.", "The second page names a quokka."]
    let server = try await Self.server([
      Sample(
        id: "old.pdf", format: .pdf, sentences: sentences,
        places: DocumentPlaces(pages: [.init(start: 0), .init(start: 30)]))
    ])
    let structure = #"{"blocks":[],"pageStarts":[0,30],"sourceMap":{"runs":[]}}"#
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
        + "c.execute(\"UPDATE document_texts SET places = x'', structure = ?\", [sys.argv[2]]); c.commit()",
      server.folder("home/catalog.sqlite"), structure,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let reply = try await server.post(
      "/query", #"{"question": "Which page names a quokka?", "threshold": 0}"#)
    guard case .array(let citations)? = reply.json["citations"],
      let citation = citations.first(where: { $0["quote"]?.text == sentences[1] })
    else {
      Issue.record("\(reply.body)")
      return
    }
    guard case .integer(2)? = citation["page"] else {
      Issue.record("\(citation)")
      return
    }
    for name in ["source_start", "page_size", "box", "boxes", "row", "sheet", "slide"] {
      #expect(citation[name] == nil, "\(name)")
    }
  }

  @Test func columnNamesComeWithRowsOfATable() async throws {
    let server = try await TestServer([])
    let collection = try SampleCollection(path: server.folder("home"))
    let table = "part | price | stock\nbolt | 3 EUR | 70\nrotor | 41 EUR | 2\nseal | 9 EUR | 15"
    var document = collection.document("parts.txt", table)
    document.documents[0].text.blocks = [Block(kind: .table, range: 0..<table.utf8.count, header: 0..<20)]
    document.documents[0].chunks = [
      Chunk(index: 0, range: 0..<38), Chunk(index: 1, range: 39..<table.utf8.count, header: 0..<20),
    ]
    document.documents[0].indexedTexts = ["part price stock bolt", "part price stock rotor seal"]
    try collection.commit([document], to: collection.writer())
    let asked = #"{"question": "What is the price of the rotor?", "threshold": 0, "top_k": 1}"#
    let reply = try await server.post("/query", asked)
    #expect(reply.text("answer")?.contains("part: rotor, price: 41 EUR, stock: 2 [") == true, "\(reply.body)")
    guard case .array(let citations)? = reply.json["citations"], let citation = citations.first else {
      return
    }
    #expect(citation["quote"]?.text == "rotor | 41 EUR | 2")
    #expect(citation["header"]?.text == "part | price | stock")
    #expect(try Self.range(citation) == 39..<57)
    let hits = try await server.post("/search", #"{"query": "rotor", "mode": "lexical"}"#)
    guard case .array(let found)? = hits.json["hits"], let hit = found.first else {
      Issue.record("\(hits.body)")
      return
    }
    #expect(hit["text"]?.text == "part | price | stock\nrotor | 41 EUR | 2\nseal | 9 EUR | 15")
    #expect(hit["header"]?.text == "part | price | stock")
    let chunks = try await server.get("/api/v1/documents/parts.txt/chunks")
    #expect(chunks.body.contains(#""header":"part | price | stock""#), "\(chunks.body)")
    for (tool, arguments) in [
      ("search", #"{"query": "rotor", "top_k": 1}"#),
      ("query", #"{"question": "What is the price of the rotor?", "top_k": 1}"#),
    ] {
      let told = try await server.post(
        "/mcp",
        #"{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "\#(tool)", "arguments": \#(arguments)}}"#
      )
      guard case .array(let content)? = told.json["result"]?["content"] else {
        Issue.record("\(told.body)")
        continue
      }
      #expect(content.first?["text"]?.text?.contains("part | price | stock") == true, "\(tool): \(told.body)")
    }
  }
}

extension JSONValue {
  fileprivate var real: Double? {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: nil
    }
  }
}
