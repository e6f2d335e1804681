/// Names of the folders and files of a segment.
enum SegmentFolder {
  static let manifest = "segment.json"
  static let fields = "fields.bin"
  static let chunkIDs = "chunk-ids.bin"

  /// Eight digits, so that names sort as numbers do.
  static func name(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  static func path(_ number: Int, in collection: String) -> String {
    collection + "/segments/" + name(number)
  }
}
