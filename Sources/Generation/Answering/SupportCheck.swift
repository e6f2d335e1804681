import Embeddings
import Kernels
import LexicalIndex

/// How well cited bytes support a sentence: by the terms that they share and by their cosine.
struct SupportCheck: Sendable {
  /// Below this share of support a sentence is flagged.
  static let threshold = 0.5

  let embedder: (any Embedder)?
  let analyzer: Analyzer

  /// Whether `text` says anything that can be looked for.
  func hasTerms(_ text: String) -> Bool { !analyzer.terms(of: text).isEmpty }

  /// The unit that shares the most terms with `sentence`; the first of equals.
  func best(for sentence: String, among units: [EvidenceUnit]) -> EvidenceUnit? {
    let wanted = Set(analyzer.terms(of: sentence))
    return units.enumerated().max { a, b in
      let shared = (Self.shared(wanted, a.element, analyzer), Self.shared(wanted, b.element, analyzer))
      return shared.0 < shared.1 || (shared.0 == shared.1 && a.offset > b.offset)
    }?.element
  }

  /// Checks each sentence of `text` against the quotes that it cites.
  ///
  /// - Returns: sentences in order; support is the larger of the share of the sentence's terms that the quotes hold
  ///   and the best cosine to one of them. Where no cosine can be had, terms alone decide: the answer is there.
  func check(_ text: String, citations: [Citation]) async -> [CheckedSentence] {
    let quotes = Dictionary(citations.map { ($0.marker, $0.quote) }, uniquingKeysWith: { first, _ in first })
    var sentences = sentences(of: text)
    for index in sentences.indices {
      let wanted = Set(analyzer.terms(of: sentences[index].text))
      let held = Set(sentences[index].markers.compactMap { quotes[$0] }.flatMap { analyzer.terms(of: $0) })
      sentences[index].support =
        wanted.isEmpty || held.isEmpty ? 0 : Double(wanted.intersection(held).count) / Double(wanted.count)
    }
    let unsure = sentences.indices.filter {
      !sentences[$0].markers.isEmpty && sentences[$0].support < Self.threshold
    }
    if let embedder, !unsure.isEmpty {
      for index in unsure {
        let texts = [sentences[index].text] + sentences[index].markers.compactMap { quotes[$0] }
        guard let matrix = try? await embedder.embed(texts, as: .passage).matrix else { break }
        for row in 1..<max(1, texts.count) {
          var cosine: Float = 0
          for column in 0..<matrix.columns {
            cosine += matrix.values[column] * matrix.values[row * matrix.columns + column]
          }
          sentences[index].support = max(sentences[index].support, min(1, Double(cosine)))
        }
      }
    }
    for index in sentences.indices {
      sentences[index].isSupported = sentences[index].support >= Self.threshold
    }
    return sentences
  }

  /// Sentences without their markers. Markers behind a full stop belong to the sentence before it.
  private func sentences(of text: String) -> [CheckedSentence] {
    var parser = CitationParser()
    var sentences: [CheckedSentence] = []
    for piece in parser.append(text) + parser.finish() {
      switch piece {
      case .text(let words):
        for unit in EvidenceUnits.units(of: words, passage: 0, minimumBytes: 1) {
          // A full stop behind a marker is the end of the sentence before, and "and" joins two markers of one.
          guard hasTerms(unit.text) else { continue }
          sentences.append(CheckedSentence(text: unit.text, markers: [], support: 0, isSupported: false))
        }
      case .markers(let numbers):
        if !sentences.isEmpty { sentences[sentences.count - 1].markers += numbers }
      }
    }
    return sentences
  }

  private static func shared(_ wanted: Set<String>, _ unit: EvidenceUnit, _ analyzer: Analyzer) -> Int {
    wanted.intersection(analyzer.terms(of: unit.text)).count
  }
}
