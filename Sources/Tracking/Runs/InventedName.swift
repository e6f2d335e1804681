/// Names for runs that were given none.
enum InventedName {
  private static let adjectives = [
    "amber", "brisk", "calm", "clever", "crisp", "eager", "fair", "gentle", "keen", "lively", "lucid",
    "mellow", "nimble",
    "plain", "quiet", "rapid", "sharp", "steady", "sunny", "swift", "tidy", "vivid", "warm", "wise",
  ]
  private static let nouns = [
    "badger", "beech", "brook", "crane", "dune", "elm", "falcon", "finch", "grove", "harbor", "heron", "lark",
    "maple",
    "marsh", "otter", "pine", "plover", "reed", "ridge", "river", "sparrow", "thicket", "tern", "willow",
  ]

  /// - Parameter id: 32 hexadecimal digits, which choose the name.
  static func next(for id: String) -> String {
    let number = UInt64(id.prefix(15), radix: 16) ?? 0
    let adjective = adjectives[Int(number % UInt64(adjectives.count))]
    let noun = nouns[Int(number / 64 % UInt64(nouns.count))]
    return "\(adjective)-\(noun)-\(number / 4096 % 1000)"
  }
}
