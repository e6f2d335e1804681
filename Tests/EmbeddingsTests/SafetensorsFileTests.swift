import Embeddings
import Foundation
import TestSupport
import Testing

/// Damaged weights: an error that names file and tensor, never a trap.
struct SafetensorsFileTests {
  private func check(_ weights: Data, names wanted: String...) throws {
    let folder = TemporaryFolder()
    try TinyModel().write(to: folder.path, weights: weights)
    let error = #expect(throws: EmbeddingError.self) {
      _ = try LocalEmbedder(directory: folder.path, threads: 1)
    }
    #expect(error?.code == .modelInvalid)
    for text in wanted + ["model.safetensors"] {
      #expect(error?.message.contains(text) == true, "\(error?.message ?? "") lacks \(text)")
    }
  }

  @Test func truncatedAnywhere() throws {
    let whole = try TinyModel().safetensors()
    for count in [0, 1, 7, 8, 9, 100, 2000, whole.count / 2, whole.count - 1] {
      try check(whole.prefix(count))
    }
  }

  @Test func headerLengths() throws {
    let whole = try TinyModel().safetensors()
    for length: UInt64 in [0, 1, UInt64(whole.count), 1 << 40, .max] {
      var damaged = whole
      withUnsafeBytes(of: length.littleEndian) { damaged.replaceSubrange(0..<8, with: $0) }
      try check(damaged)
    }
  }

  @Test func bytesAddedAtTheEnd() throws {
    try check(try TinyModel().safetensors() + [0], names: "end at byte")
  }

  /// Whatever byte of the header is changed: an error, or a model that still runs.
  @Test func headerBytes() throws {
    let whole = try TinyModel(layers: 1).safetensors()
    let seed: UInt64 = 5
    var generator = SeededGenerator(seed: seed)
    var refused = 0
    for _ in 0..<200 {
      var damaged = whole
      damaged[Int.random(in: 8..<1500, using: &generator)] = UInt8.random(in: 32...126, using: &generator)
      let folder = TemporaryFolder()
      try TinyModel(layers: 1).write(to: folder.path, weights: damaged)
      do {
        _ = try LocalEmbedder(directory: folder.path, threads: 1).embedSynchronously(["fox"])
      } catch {
        refused += 1
      }
    }
    #expect(refused > 100, "seed \(seed): only \(refused) of 200 refused")
  }

  @Test func tensors() throws {
    let name = "encoder.layer.0.output.dense.weight"
    try check(TinyModel().safetensors { header, _ in header[name] = nil }, names: name)
    try check(
      TinyModel().safetensors { header, _ in header[name]?["shape"] = [20, 8] }, names: name, "[8, 20]")
    try check(TinyModel().safetensors { header, _ in header[name]?["shape"] = [-8, -20] }, names: name)
    try check(
      TinyModel().safetensors { header, _ in header[name]?["shape"] = [1 << 40, 1 << 40] }, names: name)
    try check(TinyModel().safetensors { header, _ in header[name]?["dtype"] = "I32" }, names: name, "I32")
    try check(TinyModel().safetensors { header, _ in header[name]?["dtype"] = "F16" }, names: name)
    try check(
      TinyModel().safetensors { header, _ in header[name]?["data_offsets"] = [-4, 636] }, names: name)
    try check(
      TinyModel().safetensors { header, _ in header[name]?["data_offsets"] = [1 << 30, (1 << 30) + 640] },
      names: name)
    try check(TinyModel().safetensors { header, _ in header[name]?["data_offsets"] = [0] }, names: name)
    try check(TinyModel().safetensors { header, _ in header[name]?["data_offsets"] = nil }, names: name)
  }

  @Test func valuesOfAllTypes() throws {
    for type in ["F32", "F16", "BF16"] {
      let folder = TemporaryFolder()
      let model = TinyModel(type: type)
      try model.safetensors().write(to: URL(fileURLWithPath: folder("x.safetensors")))
      let file = try SafetensorsFile(path: folder("x.safetensors"))
      for tensor in model.tensors() {
        #expect(try file.floats(tensor.name, shape: tensor.shape).copied() == tensor.values, "\(type)")
      }
    }
  }

  @Test func missingFile() {
    let error = #expect(throws: EmbeddingError.self) {
      try SafetensorsFile(path: "/nowhere/model.safetensors")
    }
    #expect(error?.code == .modelMissing)
  }
}
