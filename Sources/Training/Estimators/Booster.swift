import CXGBoost
import Foundation
import Kernels

/// Trees that XGBoost's C library grows. One thread alone: the order of float sums, and so the trees, would depend on more.
package struct Booster {
  /// Parameters by XGBoost's names.
  var parameters: [(name: String, value: String)]
  var rounds: Int

  /// - Parameters:
  ///   - labels: shape `[n]`.
  ///   - groups: rows of each query in order, for a ranking.
  ///   - margins: shape `[n]`, what the scores begin with.
  /// - Returns: the model in XGBoost's JSON.
  /// - Throws: `.failed` with XGBoost's own message.
  func train(
    _ rows: Matrix, labels: [Float], weights: [Float]?, groups: [UInt32]? = nil, margins: [Float]? = nil
  )
    throws(TrainingError) -> [UInt8]
  {
    var matrix: DMatrixHandle?
    try Self.check(
      XGDMatrixCreateFromMat(rows.values, bst_ulong(rows.rows), bst_ulong(rows.columns), .nan, &matrix))
    defer { if let matrix { XGDMatrixFree(matrix) } }
    try Self.check(XGDMatrixSetFloatInfo(matrix, "label", labels, bst_ulong(labels.count)))
    if let weights {
      try Self.check(XGDMatrixSetFloatInfo(matrix, "weight", weights, bst_ulong(weights.count)))
    }
    if let groups { try Self.check(XGDMatrixSetUIntInfo(matrix, "group", groups, bst_ulong(groups.count))) }
    if let margins {
      try Self.check(XGDMatrixSetFloatInfo(matrix, "base_margin", margins, bst_ulong(margins.count)))
    }
    var handles: [DMatrixHandle?] = [matrix]
    var booster: BoosterHandle?
    try Self.check(XGBoosterCreate(&handles, 1, &booster))
    defer { if let booster { XGBoosterFree(booster) } }
    for (name, value) in parameters + [("nthread", "1"), ("verbosity", "0"), ("tree_method", "hist")] {
      try Self.check(XGBoosterSetParam(booster, name, value))
    }
    for round in 0..<rounds { try Self.check(XGBoosterUpdateOneIter(booster, Int32(round), matrix)) }
    var length: bst_ulong = 0
    var bytes: UnsafePointer<CChar>?
    try Self.check(XGBoosterSaveModelToBuffer(booster, #"{"format":"json"}"#, &length, &bytes))
    guard let bytes else { throw TrainingError(.failed, "XGBoost gave no model") }
    return Array(UnsafeRawBufferPointer(start: bytes, count: Int(length)))
  }

  /// What XGBoost itself answers: the oracle of `TreeEnsemble`.
  ///
  /// - Returns: shape `[n × outputs]`, scores before the link.
  package static func scores(model: [UInt8], rows: Matrix) throws(TrainingError) -> [Float] {
    var matrix: DMatrixHandle?
    try check(
      XGDMatrixCreateFromMat(rows.values, bst_ulong(rows.rows), bst_ulong(rows.columns), .nan, &matrix))
    defer { if let matrix { XGDMatrixFree(matrix) } }
    var booster: BoosterHandle?
    try check(XGBoosterCreate(nil, 0, &booster))
    defer { if let booster { XGBoosterFree(booster) } }
    try check(XGBoosterSetParam(booster, "nthread", "1"))
    try check(XGBoosterLoadModelFromBuffer(booster, model, bst_ulong(model.count)))
    var shape: UnsafePointer<bst_ulong>?
    var dimensions: bst_ulong = 0
    var values: UnsafePointer<Float>?
    // type 1: scores before the link.
    let options = #"{"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true}"#
    try check(XGBoosterPredictFromDMatrix(booster, matrix, options, &shape, &dimensions, &values))
    var count = 1
    for place in 0..<Int(dimensions) { count *= Int(shape?[place] ?? 0) }
    return Array(UnsafeBufferPointer(start: values, count: count))
  }

  private static func check(_ status: Int32) throws(TrainingError) {
    guard status != 0 else { return }
    // The first line; a stack trace follows it.
    let message =
      String(cString: XGBGetLastError()).split(separator: "\n").first.map(String.init) ?? "no reason given"
    throw TrainingError(.failed, "XGBoost: \(message)")
  }
}
