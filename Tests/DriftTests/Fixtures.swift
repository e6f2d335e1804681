import Drift
import Foundation
import Tables
import Testing

/// Reads the reference data, which Evidently 0.7.23, scipy 1.17.1, alibi-detect 0.13.0 and NannyML 0.13.1 gave.
enum Fixtures {
  static func url(_ path: String) throws -> URL {
    try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/\(path)")
  }

  static func data(_ path: String) throws -> Data {
    try Data(contentsOf: url(path))
  }

  static func object(_ path: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: data(path)) as? [String: Any])
  }

  static func schema(_ dataset: String) throws -> TableSchema {
    try JSONDecoder().decode(TableSchema.self, from: data("\(dataset)/schema.json"))
  }

  static func tables(_ dataset: String) throws -> (reference: Table, current: Table) {
    let schema = try schema(dataset)
    return (
      try Table(csv: Array(data("\(dataset)/reference.csv")), schema: schema),
      try Table(csv: Array(data("\(dataset)/current.csv")), schema: schema)
    )
  }

  static func pair(_ reference: Column, _ current: Column) throws -> SamplePair? {
    guard case .numerical(let x, let areIntegersX) = reference.values,
      case .numerical(let y, let areIntegersY) = current.values
    else { return nil }
    return try SamplePair(
      reference: Sample(x, areIntegers: areIntegersX), current: Sample(y, areIntegers: areIntegersY))
  }

  static func counts(_ reference: Column, _ current: Column) throws -> CategoryCounts? {
    guard case .categorical(let x, let namesX) = reference.values,
      case .categorical(let y, let namesY) = current.values
    else { return nil }
    return try CategoryCounts(reference: (x, namesX), current: (y, namesY))
  }
}

/// Statistics to 1e-6 relative.
func isClose(_ value: Double, _ expected: Double, relative: Double = 1e-6, absolute: Double = 1e-12) -> Bool {
  abs(value - expected) <= max(absolute, relative * abs(expected))
}

/// p-values to 1e-4 relative above 1e-6, below that within a factor of ten.
func isCloseP(_ value: Double, _ expected: Double, relative: Double = 1e-4) -> Bool {
  if expected > 1e-6 { return isClose(value, expected, relative: relative) }
  if expected == 0 { return value < 1e-12 }
  return value > expected / 10 && value < expected * 10
}
