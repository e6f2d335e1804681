import Crypto
import Foundation
import Storage

#if canImport(Glibc)
  import Glibc
#endif

/// `rag-model.json` beside a model's files: what was installed, so that opening needs no hashing.
package struct ModelRecord: Codable, Hashable, Sendable {
  package struct File: Codable, Hashable, Sendable {
    /// Relative to the model's folder.
    package var path: String
    package var bytes: Int
    /// Time of last change, nanoseconds since 1970.
    package var modified: Int
    /// Hex.
    package var sha256: String
  }

  static let fileName = "rag-model.json"
  static let currentFormat = 1

  package var format: Int
  package var name: String
  /// Where the files came from, such as `sentence-transformers/all-MiniLM-L6-v2`; nothing for a folder of one's own.
  package var source: String?
  /// Sorted by path.
  package var files: [File]

  /// Files that decide what a model's vectors are; those that are there count.
  static let decisiveFiles = [
    "1_Pooling/config.json", "config.json", "config_sentence_transformers.json", "model.safetensors",
    "modules.json", "sentence_bert_config.json", "tokenizer_config.json", "vocab.txt",
  ]

  /// SHA-256, hex, over the paths and hashes of the decisive files in order of path.
  var weightsHash: String {
    var hash = SHA256()
    for file in files where Self.decisiveFiles.contains(file.path) {
      hash.update(data: Data("\(file.path)\0\(file.sha256)\n".utf8))
    }
    return Hex.string(hash.finalize())
  }

  /// Reads size, time and hash of `paths` under `directory`; those that are missing are left out.
  ///
  /// - Throws: `EmbeddingError`, if a file cannot be read.
  /// - Complexity: O(bytes), about a second for a gigabyte.
  static func hashing(
    _ paths: [String], in directory: String, name: String, source: String?
  ) throws(EmbeddingError) -> ModelRecord {
    var files: [File] = []
    for path in paths.sorted() {
      guard let (bytes, modified) = status(directory + "/" + path) else { continue }
      files.append(
        File(path: path, bytes: bytes, modified: modified, sha256: try sha256(ofFile: directory + "/" + path))
      )
    }
    return ModelRecord(format: currentFormat, name: name, source: source, files: files)
  }

  /// The record in `directory`, if there is one of a format that is understood.
  static func read(in directory: String) -> ModelRecord? {
    guard
      let data = FileManager.default.contents(atPath: directory + "/" + fileName),
      let record = try? JSONDecoder().decode(ModelRecord.self, from: data), record.format == currentFormat
    else { return nil }
    return record
  }

  /// Writes the record into `directory`, replacing one at once.
  func write(in directory: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(self).write(
      to: URL(fileURLWithPath: directory + "/" + Self.fileName), options: .atomic)
  }

  /// Whether sizes and times of the recorded files are unchanged and no decisive file has come since.
  func fits(_ directory: String) -> Bool {
    for file in files {
      guard let (bytes, modified) = Self.status(directory + "/" + file.path) else { return false }
      if bytes != file.bytes || modified != file.modified { return false }
    }
    let recorded = Set(files.map(\.path))
    return Self.decisiveFiles.allSatisfy {
      recorded.contains($0) || Self.status(directory + "/" + $0) == nil
    }
  }

  static func sha256(ofFile path: String) throws(EmbeddingError) -> String {
    let file = try MappedModelFile(path: path)
    file.expectSequentialReading()
    var hash = SHA256()
    var at = 0
    while at < file.bytes.count {
      let end = min(at + 1 << 20, file.bytes.count)
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: file.bytes[at..<end]))
      at = end
    }
    return Hex.string(hash.finalize())
  }

  /// Size in bytes and time of last change of a regular file; links are followed.
  static func status(_ path: String) -> (bytes: Int, modified: Int)? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return (Int(status.st_size), status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
  }
}
