import ArgumentParser
import Foundation
import HTTPService
import Tables
import Tracking
import Training

struct PredictCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Score rows with a trained model, one line out for each row in, in order.",
    discussion: """
      The model is a registered one (NAME serves its alias champion, else its newest version; NAME@alias; NAME/version) or a \
      folder. Before anything is scored, its files are compared with what was stored and its golden sample is asked again. \
      Memory doesn't grow with the file.

      EXAMPLES
        rag predict churn rows.csv > scored.csv
        rag predict churn/3 rows.jsonl --json
        rag predict ./model rows.csv --keep customer_id
      """)

  @OptionGroup var global: GlobalOptions

  @Argument(help: "Model.") var model: String
  @Argument(help: "File of rows: CSV, TSV, JSON Lines or Parquet; - is standard input.") var rows: String

  @Option(help: ArgumentHelp("Column that is written beside the prediction.", valueName: "column"))
  var keep: [String] = []

  @Option(help: "Format of standard input: csv or jsonl.") var inputFormat: InputFormat?

  enum InputFormat: String, ExpressibleByArgument, CaseIterable { case csv, jsonl }

  func run() async throws {
    let model = try loaded()
    let features = model.schema.features
    // Types as the model has them: a whole-number category must not be read as a number.
    let types = TableSchema(
      numerical: features.filter { $0.kind == .number }.map(\.name),
      categorical: features.filter { $0.kind != .number }.map(\.name) + keep)
    var stream = try RowStream(rows, schema: types, isJSON: inputFormat.map { $0 == .jsonl })
    var done = 0
    let progress = ProgressLine(isQuiet: global.quiet)
    if !global.json { Terminal.out(header(model.schema)) }
    while let table = try stream.next() {
      let values: FeatureTable
      do {
        values = try FeatureTable(table, features)
      } catch {
        guard error.code == .schema else { throw error }
        // Rows are counted from the beginning of the file.
        throw TrainingError(
          violations: error.violations.map { violation in
            var violation = violation
            violation.row = violation.row.map { $0 + done }
            return violation
          })
      }
      for name in keep where table[name] == nil { throw UsageError("there is no column \(name) to keep") }
      Terminal.out(lines(model, table, values).joined(separator: "\n"))
      done += table.rowCount
      progress.show("\(done) rows")
    }
    progress.finish()
  }

  private func loaded() throws -> TrainedModel {
    if FileManager.default.fileExists(atPath: model + "/model.json") {
      return try ModelArtifact(folder: model).model(ModelsCommand.store(global))
    }
    let loader = try ModelsCommand.loader(global)
    return try loader.loaded(try loader.version(try ModelReference(model))).model
  }

  /// Names of the columns that are said of a row: `prediction` for a label or a value, then each number that has a name.
  private func saidNames(_ schema: ModelSchema) -> [String] {
    schema.task == .regression
      ? schema.outputNames : (schema.hasLabel ? ["prediction"] : []) + schema.outputNames
  }

  private func header(_ schema: ModelSchema) -> String {
    (keep + saidNames(schema)).map(Self.quoted).joined(separator: ",")
  }

  private func lines(_ model: TrainedModel, _ table: Table, _ values: FeatureTable) -> [String] {
    let said = model.predict(values)
    let kept = keep.compactMap { table[$0].map(FeatureTable.texts) }
    let names = saidNames(model.schema)
    return (0..<table.rowCount).map { row in
      let numbers = said.values[row * said.columns..<(row + 1) * said.columns]
      let label = model.label(said, row: row)
      if global.json {
        let members = (label.map { [.string($0)] } ?? []) + numbers.map { JSONValue.number($0) }
        return JSONValue.object(zip(keep, kept).map { ($0, JSONValue($1[row])) } + Array(zip(names, members)))
          .description
      }
      let fields = kept.map { $0[row] ?? "" } + (label.map { [$0] } ?? []) + numbers.map { "\($0)" }
      return fields.map(Self.quoted).joined(separator: ",")
    }
  }

  /// A field of CSV.
  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
