import ArgumentParser
import Embeddings
import Foundation
import Storage

extension EmbeddingProfile: ExpressibleByArgument {}

struct EmbedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Embed lines of standard input.",
    discussion: """
      Prints one JSON array a line, in order; with --npy writes one float32 matrix instead.

      EXAMPLES
        echo "how is drift measured" | rag embed
        rag embed --npy vectors.npy < passages.txt
      """)

  @OptionGroup var global: GlobalOptions

  @Option(help: ArgumentHelp("Write a NumPy file, shape [lines, dimension], float32.", valueName: "file"))
  var npy: String?

  @Option(help: "Embedding model by name.")
  var model: String?

  @Option(help: "How exactly it computes: exact, faithful or fast.")
  var profile: EmbeddingProfile?

  @Option(help: "Threads.")
  var threads: Int?

  @Flag(help: "Embed as questions instead of passages.")
  var asQuery = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let embedder = try await wiring.embedder(named: model, threads: threads, profile: profile)
    var matrix: [Float] = []
    var rows = 0
    var lines: [String] = []
    func flush() async throws {
      guard !lines.isEmpty else { return }
      let batch = try await embedder.embed(lines, as: asQuery ? .query : .passage)
      if npy != nil {
        matrix.append(contentsOf: batch.matrix.values)
      } else {
        for row in 0..<batch.matrix.rows {
          Terminal.out("[" + batch.matrix.row(row).map { "\($0)" }.joined(separator: ",") + "]")
        }
      }
      rows += lines.count
      lines = []
    }
    while let line = readLine() {
      lines.append(line)
      if lines.count >= 256 { try await flush() }
    }
    try await flush()
    if let npy {
      let file = NumPyFile(rows: rows, columns: embedder.identity.dimension, values: matrix)
      do {
        try file.data.write(to: URL(fileURLWithPath: npy), options: .atomic)
      } catch {
        throw UsageError("\(npy): cannot be written: \(error.localizedDescription)")
      }
      if !global.quiet { Terminal.note("\(npy): \(rows) × \(embedder.identity.dimension) float32") }
    }
  }
}
