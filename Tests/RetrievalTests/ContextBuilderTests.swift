import Catalog
import Documents
import IndexStore
import Kernels
import Retrieval
import TestSupport
import Testing

@Suite struct ContextBuilderTests {
  let folder = TemporaryFolder()

  /// Six sentences of 20 bytes and a newline each; chunks 0 to 3 under one heading, 4 and 5 under another, chunk 1 overlapping chunk 0.
  static let text = (0..<6).map { "Sentence word\($0) ends.\n" }.joined()
  static let ranges = [0..<20, 10..<41, 42..<62, 63..<83, 84..<104, 105..<125]

  func retrieve(_ question: String, topK: Int) async throws -> RetrievalResult {
    let sample = try SampleCollection(path: folder("home-\(topK)"))
    let bytes = Array(Self.text.utf8)
    let chunks = Self.ranges.enumerated().map { index, range in
      Chunk(index: index, range: range, headingPath: [index < 4 ? "First" : "Second"])
    }
    let document = PreparedDocument(
      record: DocumentRecord(id: "d", uri: "/d", format: .text, contentHash: [1]),
      text: DocumentText(
        text: Self.text, blocks: [Block(kind: .paragraph, range: 0..<bytes.count)]),
      chunks: chunks,
      indexedTexts: Self.ranges.map { String(decoding: bytes[$0], as: UTF8.self) })
    let other = sample.document("other", "Nothing about the words of the first one.")
    try sample.commit([PreparedFile(document), other], to: sample.writer())
    var query = RetrievalQuery(question)
    query.mode = .lexical
    query.topK = topK
    return try await Retriever(
      collection: DocumentCollection("main", in: sample.home), embedder: nil
    ).retrieve(query)
  }

  func check(_ passages: [ContextPassage], _ ranges: [Range<Int>], _ place: SourceLocation = #_sourceLocation)
  {
    #expect(passages.map(\.range) == ranges, sourceLocation: place)
    let bytes = Array(Self.text.utf8)
    for passage in passages where passage.documentID == "d" {
      #expect(passage.text == String(decoding: bytes[passage.range], as: UTF8.self), sourceLocation: place)
    }
  }

  @Test func neighboursOfTheSameSectionCome() async throws {
    // Chunk 3 with chunk 2 before it; chunk 4 is of another section.
    check(try ContextBuilder().passages(try await retrieve("word3", topK: 1)), [42..<83])
  }

  @Test func overlapsAreJoinedOnce() async throws {
    let result = try await retrieve("word0 word1", topK: 2)
    #expect(result.hits.count == 2)
    var builder = ContextBuilder()
    builder.expansion = .none
    check(try builder.passages(result), [0..<41])
    let ids = try builder.passages(result).first?.chunkIDs
    #expect(ids?.count == 2)
  }

  @Test func theParentSectionComesWhole() async throws {
    var builder = ContextBuilder()
    builder.expansion = .section
    check(try builder.passages(try await retrieve("word3", topK: 1)), [0..<83])
    check(try builder.passages(try await retrieve("word4", topK: 2)), [84..<125])
    // Room for the hit and one more: the nearest comes.
    builder.byteBudget = 45
    check(try builder.passages(try await retrieve("word3", topK: 3)), [42..<83])
  }

  @Test func aTightBudgetKeepsTheBestHit() async throws {
    var builder = ContextBuilder()
    builder.byteBudget = 10
    check(try builder.passages(try await retrieve("word5", topK: 3)), [105..<125])
    builder.byteBudget = 45
    check(try builder.passages(try await retrieve("word5", topK: 1)), [84..<125])
  }
}
