import Foundation

/// Compares answers as readers do: without case, marks, punctuation, citation markers and articles.
///
/// - Source: Rajpurkar et al., "SQuAD: 100,000+ questions for machine comprehension of text", EMNLP 2016, section 6.
package enum AnswerText {
  /// Words of `text` for comparison.
  package static func words(_ text: String) -> [String] {
    let plain = text.replacing(/\[\d+\]/, with: " ")
      .folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    return plain.split { !($0.isLetter || $0.isNumber) }.map(String.init)
      .filter { !["a", "an", "the"].contains($0) }
  }

  /// Whether the words of `phrase` stand in `text`, one after another.
  package static func contains(_ phrase: String, in text: String) -> Bool {
    let wanted = words(phrase)
    let held = words(text)
    guard !wanted.isEmpty, held.count >= wanted.count else { return false }
    // Scripts without spaces: a word of the text may hold the phrase.
    if wanted.count == 1, wanted[0].unicodeScalars.contains(where: { $0.value > 0x2E80 }) {
      return held.joined().contains(wanted[0])
    }
    return (0...(held.count - wanted.count)).contains { start in
      held[start..<start + wanted.count].elementsEqual(wanted)
    }
  }

  /// F1 over words, counted with repetition.
  package static func overlap(_ answer: String, _ gold: String) -> Double {
    let first = words(answer)
    let second = words(gold)
    var counts: [String: Int] = [:]
    for word in second { counts[word, default: 0] += 1 }
    var common = 0
    for word in first {
      if let left = counts[word], left > 0 {
        common += 1
        counts[word] = left - 1
      }
    }
    guard common > 0 else { return first.isEmpty && second.isEmpty ? 1 : 0 }
    let precision = Double(common) / Double(first.count)
    let recall = Double(common) / Double(second.count)
    return 2 * precision * recall / (precision + recall)
  }
}
