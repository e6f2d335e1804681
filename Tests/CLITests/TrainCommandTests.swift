import Foundation
import TestSupport
import Testing

/// `rag train` and `rag predict` as a user runs them.
@Suite struct TrainCommandTests {
  private let folder = TemporaryFolder()

  private func write(_ lines: [String], to name: String) throws -> String {
    try (lines.joined(separator: "\n") + "\n").write(toFile: folder(name), atomically: true, encoding: .utf8)
    return folder(name)
  }

  private func lines(_ result: RagProgram.Result) -> [String] {
    result.output.split(separator: "\n").map(String.init)
  }

  /// Points around two places.
  private func points() throws -> String {
    var generator = SeededGenerator(seed: 4)
    let rows = (0..<200).map { row -> String in
      let place = row % 4 == 0 ? 9.0 : 0
      return (0..<3).map { _ in "\(place + Double.random(in: -1...1, using: &generator))" }
        .joined(separator: ",")
    }
    return try write(["a,b,c"] + rows, to: "points.csv")
  }

  @Test func clustersAndComponentsNeedNoTarget() throws {
    let program = RagProgram(home: folder("home"))
    let points = try points()
    let clusters = try program.run(
      "train", points, "--algorithm", "kmeans", "--parameter", "n_clusters=2", "--output", folder("clusters"))
    #expect(clusters.status == 0 && clusters.output.contains("explained_share"), "\(clusters.errors)")
    let said = lines(try program.run("predict", folder("clusters"), points))
    #expect(said[0] == "prediction,distance_0,distance_1")
    #expect(said.dropFirst().enumerated().allSatisfy { $1.hasPrefix($0 % 4 == 0 ? "1," : "0,") })

    let components = try program.run(
      "train", points, "--algorithm", "pca", "--parameter", "n_components=1", "--output", folder("components")
    )
    #expect(components.status == 0, "\(components.errors)")
    #expect(lines(try program.run("predict", folder("components"), points))[0] == "component_1")

    let boosted = try program.run("train", points, "--algorithm", "boosting")
    #expect(boosted.status == 2 && boosted.errors.contains("--target"), "\(boosted.errors)")
    let aimed = try program.run("train", points, "--algorithm", "pca", "--target", "a")
    #expect(aimed.status == 1 && aimed.errors.contains("leave the target out"), "\(aimed.errors)")
  }

  /// A folder and a registered version both, where both are asked for.
  @Test func aFolderIsNoReasonNotToRegister() throws {
    let program = RagProgram(home: folder("home"))
    let trained = try program.run(
      "train", points(), "--algorithm", "kmeans", "--parameter", "n_clusters=2", "--output", folder("model"),
      "--register", "groups", "--json")
    #expect(trained.status == 0, "\(trained.errors)")
    let registered = try program.run("predict", "groups/1", points())
    #expect(registered.status == 0, "\(registered.errors)")
    #expect(try registered.output == program.run("predict", folder("model"), points()).output)
  }

  /// A version tells what it was made from and to replace, and data tell what was made from them.
  @Test func lineageIsToldBothWays() throws {
    let program = RagProgram(home: folder("home"))
    let points = try points()
    for seed in ["1", "2"] {
      let trained = try program.run(
        "train", points, "--algorithm", "kmeans", "--parameter", "n_clusters=2", "--seed", seed, "--register",
        "groups")
      #expect(trained.status == 0, "\(trained.errors)")
    }
    let first = try program.run("models", "lineage", "groups/1", "--json").json()
    let second = try program.run("models", "lineage", "groups/2", "--json").json()
    #expect(first["parents"] as? [String] == [] && first["children"] as? [String] == ["groups/2"])
    #expect(second["parents"] as? [String] == ["groups/1"] && second["children"] as? [String] == [])
    #expect(first["binary_sha256"] as? String == second["binary_sha256"] as? String)
    #expect((first["binary_sha256"] as? String)?.count == 64 && first["split_seed"] as? String == "1")
    #expect(first["configuration_sha256"] as? String != second["configuration_sha256"] as? String)
    #expect(lines(try program.run("models", "lineage", "--data", points)) == ["groups/1", "groups/2"])
    let neither = try program.run("models", "lineage", "--data", folder("none"))
    #expect(neither.status == 2 && neither.errors.contains("neither a file nor a digest"))
  }

  /// Words that training didn't see are understood by the embedding model, without which nothing is guessed.
  @Test func aColumnIsReadByTheEmbeddingModel() throws {
    let program = RagProgram(home: folder("home"))
    let subjects = ["the invoice was charged twice", "the app crashes when it starts"]
    let path = try write(
      ["text,billing"] + (0..<120).map { "\(subjects[$0 % 2]) \($0),\($0 % 2 == 0 ? "yes" : "no")" },
      to: "texts.csv")
    let arguments = ["train", path, "--target", "billing", "--algorithm", "linear", "--embed", "text"]
    let trained = try program.run(arguments + ["--output", folder("model"), "--json"])
    #expect(trained.status == 0, "\(trained.errors)")
    let again = try program.run(arguments + ["--output", folder("again"), "--json"])
    #expect(try trained.json()["digest"] as? String == again.json()["digest"] as? String)

    let unseen = try write(
      ["text", "you took the payment two times", "nothing loads on the screen"], to: "unseen.csv")
    let said = lines(try program.run("predict", folder("model"), unseen))
    #expect(said.count == 3 && said[1].hasPrefix("yes,") && said[2].hasPrefix("no,"), "\(said)")

    var bare = program
    bare.environment["RAG_MODELS"] = folder("none")
    let refused = try bare.run("predict", folder("model"), unseen)
    #expect(refused.status == 1 && refused.errors.contains("all-MiniLM-L6-v2"), "\(refused.errors)")
    let untrained = try bare.run(arguments)
    #expect(untrained.status == 1 && untrained.errors.contains("all-MiniLM-L6-v2"), "\(untrained.errors)")
  }
}
