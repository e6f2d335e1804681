import Catalog
import Documents
import Kernels
import LexicalIndex

extension CollectionSnapshot {
  /// The collection's analyzer.
  package func analyzer() throws(IndexStoreError) -> Analyzer {
    do {
      return try Analyzer(configuration: configuration.analyzer)
    } catch {
      throw IndexStoreError(.corrupted, error.message, underlying: error)
    }
  }

  /// Counts over all segments, so that scores of several segments can be compared.
  package func statistics(for terms: [QueryTerm]) -> CorpusStatistics {
    var statistics = CorpusStatistics()
    for segment in segments { statistics.add(segment.reader.lexical, terms: terms) }
    return statistics
  }

  /// Finds terms for words that are in no segment.
  package func spelling(_ analyzer: Analyzer) -> SpellingCorrector {
    SpellingCorrector(analyzer: analyzer, readers: segments.map(\.reader.lexical))
  }

  /// For each segment, those of the `allowed` chunks that hold the words of `phrase` one after another.
  ///
  /// Where places of terms are kept the index tells; else the text of every chunk with all the words is read.
  /// - Parameter allowed: by segment; `nil` means all of its chunks.
  /// - Returns: by segment; chunks of every kind where the analyzer leaves nothing of the phrase.
  package func chunks(
    withPhrase phrase: String, analyzer: Analyzer, among allowed: [OrdinalSet?]
  ) throws(IndexStoreError) -> [OrdinalSet?] {
    let terms = analyzer.terms(of: phrase)
    guard !terms.isEmpty else { return allowed }
    var sets: [OrdinalSet?] = []
    for (segment, allowed) in zip(segments, allowed) {
      let index = segment.reader.lexical
      var candidates = allowed ?? OrdinalSet(universe: segment.reader.chunkCount, full: true)
      for term in Set(terms) { candidates.formIntersection(index.chunks(containing: term)) }
      if terms.count > 1, !candidates.isEmpty {
        if let found = index.chunks(withPhrase: terms, among: candidates) {
          candidates = found
        } else {
          candidates = try read(candidates, of: segment.reader, for: terms, analyzer)
        }
      }
      sets.append(candidates)
    }
    return sets
  }

  /// A chunk as the indexes saw it, title and headings in front; only where these are very long do they hold more.
  package func readingText(of content: StoredChunk) -> String {
    Chunker(options: configuration.chunking, countTokens: { _ in 0 }).indexedText(
      passage: content.text[...], header: content.header.map { $0[...] }, title: content.title,
      headingPath: content.record.chunk.headingPath)
  }

  private func read(
    _ candidates: OrdinalSet, of reader: SegmentReader, for phrase: [String], _ analyzer: Analyzer
  ) throws(IndexStoreError) -> OrdinalSet {
    let ordinals = Array(candidates)
    let ids = ordinals.map { reader.chunkID($0) }
    let contents = try contents(of: ids)
    var found = OrdinalSet(universe: reader.chunkCount)
    let session = AnalyzerSession(analyzer.configuration)
    let wanted = phrase.map { Array($0.utf8) }
    for (ordinal, id) in zip(ordinals, ids) {
      guard let content = contents[id] else { continue }
      // How far into the phrase each place is at which it could have begun.
      var begun: [Int] = []
      var holds = false
      session.forEachTerm(in: readingText(of: content)) { term, _ in
        guard !holds else { return }
        begun = begun.compactMap { wanted[$0] == term ? $0 + 1 : nil }
        if wanted[0] == term { begun.append(1) }
        holds = begun.contains(wanted.count)
      }
      if holds { found.insert(ordinal) }
    }
    return found
  }
}
