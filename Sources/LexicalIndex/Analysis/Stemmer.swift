import CStemmer

/// A Snowball stemmer with a memory of what it stemmed. For one thread at a time.
///
/// - Source: Porter, "Snowball: A language for stemming algorithms", 2001; English is Porter2.
final class Stemmer {
  private static let algorithms = [
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
  ]

  /// Entries that are remembered before the memory is emptied.
  private static let memoryLimit = 1 << 16

  private let handle: OpaquePointer
  private var memory: [[UInt8]: [UInt8]] = [:]

  /// `nil` for a language without a stemmer.
  init?(language: String) {
    guard let algorithm = Self.algorithms[language], let handle = sb_stemmer_new(algorithm, "UTF_8") else {
      return nil
    }
    self.handle = handle
  }

  deinit {
    sb_stemmer_delete(handle)
  }

  func stem(_ word: [UInt8]) -> [UInt8] {
    if let known = memory[word] { return known }
    var result = word
    if let symbols = sb_stemmer_stem(handle, word, Int32(word.count)) {
      result = Array(UnsafeBufferPointer(start: symbols, count: Int(sb_stemmer_length(handle))))
    }
    if memory.count >= Self.memoryLimit { memory.removeAll(keepingCapacity: true) }
    memory[word] = result
    return result
  }
}
