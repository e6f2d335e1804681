import CZip
import Glibc

/// The entries of a ZIP archive held in memory, unpacked one at a time under limits.
///
/// Declared sizes are judged before anything is unpacked, and unpacking never yields more than was declared;
/// nested archives are not opened.
final class ZipContainer {
  private let archive: OpaquePointer
  private let limits: ReadingLimits
  /// Index by name; by lower-case name as well, since Office names are told apart without case.
  private var indexes: [String: UInt64] = [:]
  private var unpackedBytes = 0
  /// Entry names in the archive's order, with `/` between parts.
  private(set) var names: [String] = []

  /// Small entries may compress as well as they like: the ratio counts from this unpacked size, bytes.
  private static let ratioFloor = 1 << 20

  /// Opens the archive and checks names, sizes and ratios of all entries.
  ///
  /// - Throws: `.malformed` for a damaged archive or a name that leads outside it, `.tooLarge` past a limit.
  /// - Complexity: O(bytes + entries).
  init(_ bytes: [UInt8], limits: ReadingLimits) throws(DocumentError) {
    self.limits = limits
    archive = try Self.open(bytes)
    try checkEntries()
  }

  deinit {
    zip_discard(archive)
  }

  func contains(_ name: String) -> Bool {
    index(of: name) != nil
  }

  /// The unpacked bytes of entry `name`, or `nil` if there is none.
  ///
  /// - Throws: `.encrypted` when it is locked, `.tooLarge` past a limit, `.malformed` when it is damaged.
  func entry(_ name: String) throws(DocumentError) -> [UInt8]? {
    guard let index = index(of: name) else { return nil }
    var status = zip_stat_t()
    guard zip_stat_index(archive, index, 0, &status) == 0 else { throw damaged(name) }
    guard status.valid & UInt64(ZIP_STAT_ENCRYPTION_METHOD) == 0 || status.encryption_method == 0 else {
      throw DocumentError(
        .encrypted, "entry '\(name)' is locked with a password; unlock the archive and try again")
    }
    let size = Int(status.size)
    guard unpackedBytes + size <= limits.unpackedBytes else { throw tooMuch() }
    guard let file = zip_fopen_index(archive, index, 0) else { throw damaged(name) }
    defer { zip_fclose(file) }
    // Grown while reading: a false size in the directory must not reserve memory.
    var out: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = piece.withUnsafeMutableBufferPointer { piece -> zip_int64_t in
        guard let base = piece.baseAddress else { return -1 }
        return zip_fread(file, base, UInt64(piece.count))
      }
      guard count >= 0 else { throw damaged(name) }
      if count == 0 { break }
      guard out.count + Int(count) <= size else { throw damaged(name) }
      out.append(contentsOf: piece[..<Int(count)])
    }
    guard out.count == size else { throw damaged(name) }
    unpackedBytes += size
    return out
  }

  private func index(of name: String) -> UInt64? {
    indexes[name] ?? indexes[name.lowercased()]
  }

  private static func open(_ bytes: [UInt8]) throws(DocumentError) -> OpaquePointer {
    let notZip = DocumentError(
      .malformed, "the file is not a readable ZIP archive; it may be cut short or of another format")
    guard let copy = malloc(max(1, bytes.count)) else { throw notZip }
    bytes.withUnsafeBytes { source in
      if let base = source.baseAddress { copy.copyMemory(from: base, byteCount: source.count) }
    }
    var failure = zip_error_t()
    zip_error_init(&failure)
    defer { zip_error_fini(&failure) }
    // From here on libzip owns the copy.
    guard let source = zip_source_buffer_create(copy, UInt64(bytes.count), 1, &failure) else {
      free(copy)
      throw notZip
    }
    guard let archive = zip_open_from_source(source, Int32(ZIP_RDONLY), &failure) else {
      zip_source_free(source)
      throw notZip
    }
    return archive
  }

  private func checkEntries() throws(DocumentError) {
    let count = Int(zip_get_num_entries(archive, 0))
    guard count <= limits.containerEntries else {
      throw DocumentError(
        .tooLarge, "the archive has \(count) entries, over the limit of \(limits.containerEntries)")
    }
    var total = 0
    for index in 0..<UInt64(max(0, count)) {
      var status = zip_stat_t()
      guard zip_stat_index(archive, index, 0, &status) == 0, let pointer = status.name else {
        throw damaged("number \(index)")
      }
      let name = String(cString: pointer)
      let safe = try Self.checked(name)
      let size = status.valid & UInt64(ZIP_STAT_SIZE) != 0 ? status.size : 0
      let packed = status.valid & UInt64(ZIP_STAT_COMP_SIZE) != 0 ? status.comp_size : 0
      guard size <= UInt64(limits.unpackedBytes), total + Int(size) <= limits.unpackedBytes else {
        throw tooMuch()
      }
      total += Int(size)
      if size > UInt64(Self.ratioFloor), size / max(1, packed) > UInt64(limits.compressionRatio) {
        throw DocumentError(
          .tooLarge,
          "entry '\(name)' unpacks to \(size / max(1, packed)) times its size, over the limit of "
            + "\(limits.compressionRatio); it looks like an archive bomb")
      }
      names.append(safe)
      if indexes[safe] == nil { indexes[safe] = index }
      let lower = safe.lowercased()
      if indexes[lower] == nil { indexes[lower] = index }
    }
  }

  /// `name` with `/` between its parts.
  ///
  /// Nothing is ever written under these names, but an archive that carries such a name was made to attack.
  private static func checked(_ name: String) throws(DocumentError) -> String {
    let slashed =
      name.contains("\\") ? String(decoding: name.utf8.map { $0 == 0x5C ? 0x2F : $0 }, as: UTF8.self) : name
    let parts = slashed.split(separator: "/", omittingEmptySubsequences: false)
    let isDrive = slashed.utf8.count >= 2 && slashed.utf8.dropFirst().first == UInt8(ascii: ":")
    guard !slashed.hasPrefix("/"), !isDrive, !parts.contains("..") else {
      throw DocumentError(
        .malformed, "the archive holds an entry named '\(name)', which leads outside it; it is not read")
    }
    return slashed
  }

  private func damaged(_ name: String) -> DocumentError {
    DocumentError(.malformed, "entry '\(name)' of the archive is damaged; copy or export the file again")
  }

  private func tooMuch() -> DocumentError {
    DocumentError(
      .tooLarge,
      "the archive unpacks to more than the limit of \(limits.unpackedBytes) bytes; split it or raise the limit"
    )
  }
}
