import Foundation

/// The file by which MLflow's clients know a model: `pyfunc.load_model` scores the ONNX copy.
struct MLmodelFile {
  private let schema: ModelSchema
  private let digest: String

  /// - Parameter digest: of the other files.
  init(_ schema: ModelSchema, digest: String) {
    self.schema = schema
    self.digest = digest
  }

  /// YAML. Nothing in it depends on when or where the model was made.
  ///
  /// - Source: MLflow 3, "MLflow Models", storage format and signatures.
  var text: String {
    let inputs = schema.features.map { feature in
      #"{"type": "\#(Self.type(feature))", "name": \#(Self.quoted(feature.name)), "required": \#(!feature.isNullable)}"#
    }.joined(separator: ", ")
    return """
      flavors:
        onnx:
          code: null
          data: model.onnx
          onnx_version: 1.12.0
          providers:
          - CPUExecutionProvider
        python_function:
          data: model.onnx
          env:
            virtualenv: requirements.txt
          loader_module: mlflow.onnx
        rag:
          format: \(ModelRecord.formatVersion)
      model_uuid: \(digest.prefix(32))
      signature:
        inputs: '[\(inputs.replacing("'", with: "''"))]'
        outputs: null
        params: null

      """
  }

  private static func type(_ feature: ColumnSpecification) -> String {
    switch feature.kind {
    case .number: ONNXModel.isWhole(feature) ? "long" : "double"
    case .time: "double"
    case .category, .text, .embedding: "string"
    }
  }

  private static func quoted(_ text: String) -> String {
    (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
