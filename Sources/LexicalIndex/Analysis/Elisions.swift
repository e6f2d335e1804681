/// Words that lose their vowel before another and are written with it as one.
enum Elisions {
  /// UTF-8 bytes of the longest.
  static let longest = 7

  static func words(of language: String) -> Set<[UInt8]> {
    Set((lists[language] ?? "").split(separator: " ").map { Array($0.utf8) })
  }

  private static let lists = [
    "fr": "l d j m t s n c qu jusqu lorsqu puisqu quoiqu",
    "it": "l d c m t s v n un all dall dell nell sull coll quell quest bell sant tutt anch mezz quant",
    "ca": "l d m t s n",
    "ga": "b d m",
  ]
}
