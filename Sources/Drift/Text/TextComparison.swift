import Foundation
import Kernels

/// Tells current texts from reference texts by their words, and names the words that do it.
package struct TextComparison: Hashable, Sendable, Codable {
  package struct Word: Hashable, Sendable, Codable {
    package var word: String
    /// Above 0 for current texts, below 0 for the reference's.
    package var weight: Double
    /// Share of the sampled texts that have it.
    package var referenceShare: Double
    package var currentShare: Double

    enum CodingKeys: String, CodingKey {
      case word, weight
      case referenceShare = "reference_share"
      case currentShare = "current_share"
    }
  }

  package var classifier: DomainClassifier
  /// Largest weight first.
  package var words: [Word]

  static let sampleSize = 500
  static let wordCount = 20

  /// Texts become unit vectors of 1 + ln(count) of their words times the inverse document frequency; words of more than
  /// half of the texts or of one text alone are left out.
  ///
  /// - Parameters: larger sides are sampled to 500 texts, which leaves a standard error of at most 0.02 in the area.
  /// - Throws: `.emptySide` with fewer than 10 texts a side.
  /// - Complexity: O(bytes + s³ + s² × permutations), s texts sampled.
  package init(
    reference: [String], current: [String], permutations: Int = 199, seed: UInt64 = 42, threads: Int = 2
  ) throws(DriftError) {
    guard min(reference.count, current.count) >= 10 else {
      throw DriftError(
        .emptySide, "\(reference.count) and \(current.count) texts; 10 a side are needed")
    }
    var generator = SplitMix64(seed: seed)
    let left = reference.shuffled(using: &generator).prefix(Self.sampleSize)
    let right = current.shuffled(using: &generator).prefix(Self.sampleSize)
    let texts = left + right
    var numberOf: [[UInt8]: Int] = [:]
    var names: [[UInt8]] = []
    var frequencies: [(reference: Int, current: Int)] = []
    var bags: [[Int: Double]] = []
    for (index, text) in texts.enumerated() {
      var bag: [Int: Double] = [:]
      for word in text.lowercased().utf8.split(whereSeparator: { !Self.isWordByte($0) }) {
        let bytes = Array(word)
        let number = numberOf[bytes] ?? names.count
        if number == names.count {
          numberOf[bytes] = number
          names.append(bytes)
          frequencies.append((0, 0))
        }
        bag[number, default: 0] += 1
      }
      for number in bag.keys {
        if index < left.count { frequencies[number].reference += 1 } else { frequencies[number].current += 1 }
      }
      bags.append(bag)
    }
    let size = texts.count
    let weights = frequencies.map { pair -> Double in
      let count = pair.reference + pair.current
      return count > 1 && count * 2 <= size ? log(Double(size + 1) / Double(count + 1)) + 1 : 0
    }
    // In order of the words, so that sums don't depend on the order of a dictionary.
    let vectors = bags.map { bag -> [(number: Int, value: Double)] in
      let raw = bag.sorted { $0.key < $1.key }.filter { weights[$0.key] > 0 }
        .map { (number: $0.key, value: (1 + log($0.value)) * weights[$0.key]) }
      let norm = raw.reduce(0) { $0 + $1.value * $1.value }.squareRoot()
      return norm > 0 ? raw.map { (number: $0.number, value: $0.value / norm) } : []
    }
    let vocabulary = names.count
    let rows = Parallel.map(size, threads: threads) { row -> [Double] in
      var dense = [Double](repeating: 0, count: vocabulary)
      for entry in vectors[row] { dense[entry.number] = entry.value }
      return vectors.map { $0.reduce(0) { $0 + $1.value * dense[$1.number] } }
    }
    classifier = DomainClassifier(
      products: rows.flatMap { $0 }, n: left.count, permutations: permutations, seed: seed, threads: threads)
    var sums = [Double](repeating: 0, count: vocabulary)
    for (weight, vector) in zip(classifier.rowWeights, vectors) {
      for entry in vector { sums[entry.number] += weight * entry.value }
    }
    words = sums.indices.sorted { (abs(sums[$1]), $0) < (abs(sums[$0]), $1) }.prefix(Self.wordCount).map {
      Word(
        word: String(decoding: names[$0], as: UTF8.self), weight: sums[$0],
        referenceShare: Double(frequencies[$0].reference) / Double(left.count),
        currentShare: Double(frequencies[$0].current) / Double(right.count))
    }
  }

  /// Letters, digits and everything outside ASCII.
  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
