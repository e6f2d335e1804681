/// Bounds that keep one hostile or huge file from hurting the rest.
package struct ReadingLimits: Hashable, Codable, Sendable {
  /// Largest source file, bytes.
  package var fileBytes = 100 << 20
  /// Largest normalised text, UTF-8 bytes.
  package var textBytes = 32 << 20
  /// Largest sum of unpacked container entries, bytes.
  package var unpackedBytes = 512 << 20
  /// Largest ratio of unpacked to packed size of one container entry.
  package var compressionRatio = 200
  /// Most entries in a container.
  package var containerEntries = 20_000
  /// Deepest nesting of JSON, XML, HTML or MIME parts.
  package var nesting = 200
  /// Longest run of the PDF converter, seconds.
  package var converterSeconds = 60
  /// Most memory of the PDF converter, bytes of address space.
  package var converterBytes = 1 << 30
  /// Name of the encoding of text files without a byte order mark; `nil` lets their bytes tell.
  package var encoding: String?
  /// How pages and images without a text layer are read.
  package var recognition = RecognitionOptions()

  package init() {}
}
