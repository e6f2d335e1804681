import ArgumentParser
import Crypto
import Embeddings
import Foundation
import HTTPService
import IndexStore
import Storage
import Tracking
import Training

extension Algorithm: ExpressibleByArgument {
  /// With dashes or underscores between words.
  public init?(argument: String) { self.init(rawValue: argument.replacing("-", with: "_")) }
}
extension Calibration.Method: ExpressibleByArgument {}

struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model on a table, or on judged questions, and record how good it is.",
    discussion: """
      EXAMPLES
        rag train churn.csv --target churned --register churn
        rag train reranker datasets/scifact --collection scifact
        rag train adapter datasets/scifact --collection scifact
        rag train abstention corpus/eval --collection main
        rag eval tune corpus/eval --collection main --register    the weights of the fusion
      """,
    subcommands: [Table.self, Reranker.self, Adapter.self, Abstention.self], defaultSubcommand: Table.self)
}

extension TrainCommand {
  struct Table: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "table",
      abstract: "Train a model on a table (the default).",
      discussion: """
        Reads CSV, TSV, JSON Lines or Parquet; finds types, or takes them from a file; refuses features that tell the target; divides \
        rows; fits within cross-validation; and scores the model beside a baseline on rows that it never saw. The model is one \
        folder with its schema, preprocessing, ONNX copy, golden sample and lineage: the same data and settings give the same \
        digest. It goes into the tracking store (an experiment's run), or to --output.

        EXAMPLES
          rag train churn.csv --target churned --algorithm random-forest \\
            --parameter n_estimators=100 --parameter max_depth=5 --seed 42 --register churn
          rag train --settings train.yaml

        EXIT CODES
          0 trained, 1 error, 2 usage, 10 a feature tells the target
        """)

    @OptionGroup var global: GlobalOptions

    @Argument(help: "File of rows.") var data: String?

    @Option(help: ArgumentHelp("Settings in YAML; flags stand above them.", valueName: "file"))
    var settings: String?

    @Option(help: "Column to predict.") var target: String?

    @Option(help: "boosting, random-forest or linear (default: boosting).") var algorithm: Algorithm?

    @Option(help: ArgumentHelp("A parameter of the algorithm, as max_depth=5.", valueName: "name=value"))
    var parameter: [String] = []

    @Option(help: ArgumentHelp("Column that tells rows apart; not a feature.", valueName: "column")) var id:
      [String] = []

    @Option(help: ArgumentHelp("Column that the model must not see.", valueName: "column")) var ignore:
      [String] = []

    @Option(help: ArgumentHelp("Column that may tell the target.", valueName: "column")) var allowLeak:
      [String] = []

    @Option(help: "Seed of split, search and trees.") var seed: UInt64?

    @Option(help: "none, sigmoid or isotonic.") var calibration: Calibration.Method?

    @Option(help: ArgumentHelp("0.4, f1, precision>=0.9 or recall>=0.9.", valueName: "rule")) var threshold:
      String?

    @Option(help: ArgumentHelp("Column by whose values the model is scored apart.", valueName: "column"))
    var slice: [String] = []

    @Option(help: ArgumentHelp("Column of text that is read by the embedding model.", valueName: "column"))
    var embed: [String] = []

    @Option(help: "Experiment that the run belongs to (default: Default).") var experiment: String?

    @Option(help: ArgumentHelp("Registered model that gets a new version.", valueName: "name")) var register:
      String?

    @Option(
      help: ArgumentHelp(
        "Write the model into this new folder; a run is kept only with --experiment or --register.",
        valueName: "folder")) var output: String?

    func run() async throws {
      let wiring = try Wiring(global)
      let file = try configured()
      guard let path = file.data else {
        throw UsageError("Name the file of rows, or write it into --settings as data")
      }
      if let output, FileManager.default.fileExists(atPath: output) {
        throw UsageError("\(output) is there already; name a new folder")
      }
      let source = try TableFile(path)
      let quiet = global.quiet
      var texts: TextVectors?
      if file.columns?.values.contains(where: { $0.kind == .embedding }) == true {
        texts = TextVectors(try wiring.localEmbedder(profile: .exact), remembers: true)
      }
      let trainer = Trainer(try file.settings(), threads: wiring.settings.threads, texts: texts) { line in
        if !quiet { Terminal.note(line) }
      }
      let outcome: TrainingOutcome
      do {
        outcome = try trainer.train(try source.table(threads: wiring.settings.threads))
      } catch let error as TrainingError where error.code == .leakage {
        Terminal.note(error.message)
        throw ExitCode(10)
      }
      let hash = Hex.string(SHA256.hash(data: source.bytes))
      let artifact = try ModelArtifact(
        outcome,
        data: .init(
          name: URL(fileURLWithPath: path).lastPathComponent, sha256: hash, bytes: source.bytes.count,
          rows: outcome.table.rowCount))
      var registered: ModelVersion?
      var run: String?
      if let output { try artifact.write(to: output) }
      if output == nil || file.register != nil || file.experiment != nil {
        let home = try wiring.openHome(createIfMissing: true)
        let folder = settings.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        let log = TrainingLog(
          try wiring.tracking(home), actor: ModelsCommand.actor,
          provenance: Provenance.tags(folder: folder ?? FileManager.default.currentDirectoryPath))
        (run, registered) = try log.record(
          outcome, artifact, dataPath: path, dataHash: hash, experiment: file.experiment,
          register: file.register)
      }
      show(outcome, artifact, run: run, registered)
    }

    private func configured() throws -> TrainingFile {
      var file = try settings.map { try TrainingFile(path: $0) } ?? TrainingFile()
      file.data = data ?? file.data
      file.target = target ?? file.target
      file.algorithm = algorithm ?? file.algorithm
      file.seed = seed ?? file.seed
      file.calibration = calibration ?? file.calibration
      file.threshold = threshold ?? file.threshold
      file.experiment = experiment ?? file.experiment
      file.register = register ?? file.register
      file.slices = (file.slices ?? []) + slice
      file.allowedLeaks = (file.allowedLeaks ?? []) + allowLeak
      var parameters = file.parameters ?? [:]
      for text in parameter {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let value = Double(parts[1]) else {
          throw UsageError("--parameter \(text): write it as name=number")
        }
        parameters[String(parts[0])] = value
      }
      file.parameters = parameters
      var columns = file.columns ?? [:]
      for name in id { columns[name, default: ColumnDeclaration()].role = .id }
      for name in embed { columns[name, default: ColumnDeclaration()].kind = .embedding }
      for name in ignore { columns[name, default: ColumnDeclaration()].role = .ignored }
      file.columns = columns
      return file
    }

    private func show(
      _ outcome: TrainingOutcome, _ artifact: ModelArtifact, run: String?, _ version: ModelVersion?
    ) {
      let task = outcome.model.schema.task
      let measures = ModelMeasure.of(task)
      if global.json {
        func scores(_ scores: ModelScores) -> JSONValue {
          .object(
            measures.compactMap { measure in
              scores[measure].map { score in
                (
                  measure.rawValue,
                  .object([
                    ("value", .number(score.value)), ("low", JSONValue(score.low)),
                    ("high", JSONValue(score.high)),
                  ])
                )
              }
            })
        }
        Terminal.out(
          JSONValue.object([
            ("digest", .string(artifact.digest)), ("task", .string(task.rawValue)),
            ("run_id", JSONValue(run)),
            ("model", JSONValue(version?.model)), ("version", JSONValue(version.map { Int($0.version) })),
            ("train_rows", .integer(outcome.trainRows)), ("test_rows", .integer(outcome.testRows)),
            ("threshold", .number(outcome.model.threshold)),
            (
              "parameters",
              .object(
                outcome.parameters.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.number($0.value)) })
            ),
            ("scores", scores(outcome.scores)), ("baseline", scores(outcome.baseline)),
            ("cross_validation", scores(outcome.crossValidation)),
          ]).description)
        return
      }
      func figure(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "–" }
      Terminal.out(
        "\(outcome.settings.algorithm.rawValue), \(task.rawValue): \(outcome.trainRows) rows learned, \(outcome.testRows) judged"
      )
      Terminal.out(
        "measure".padded(to: 26) + "test".padded(to: 9) + "95% interval".padded(to: 19)
          + "folds".padded(to: 9) + "baseline")
      for measure in measures {
        guard let score = outcome.scores[measure] else { continue }
        Terminal.out(
          measure.rawValue.padded(to: 26) + figure(score.value).padded(to: 9)
            + "\(figure(score.low))…\(figure(score.high))".padded(to: 19)
            + figure(outcome.crossValidation[measure]?.value).padded(to: 9)
            + figure(outcome.baseline[measure]?.value))
      }
      for slice in outcome.slices {
        let score = slice.scores[measures[0]]?.value
        Terminal.out(
          "\(slice.column)=\(slice.value): \(measures[0].rawValue) \(figure(score)) of \(slice.scores.rows) rows"
        )
      }
      Terminal.out("digest \(artifact.digest)")
      if let run { Terminal.out("run \(run)") }
      if let version { Terminal.out("\(version.model) version \(version.version)") }
    }
  }
}
