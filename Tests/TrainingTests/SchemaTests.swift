import Foundation
import Tables
import TestSupport
import Testing
import Training

@Suite struct SchemaTests {
  private func schema() throws -> ModelSchema {
    try SchemaInference(target: "churned").schema(of: Samples.churn(200))
  }

  @Test func typesAreFound() throws {
    let schema = try schema()
    #expect(schema.features.map(\.kind) == [.number, .category, .number, .text])
    #expect(schema.features.map(\.isNullable) == [false, false, true, false])
    #expect(schema.features.map(\.areIntegers) == [false, false, true, false])
    #expect(schema.task == .binary && schema.classes == ["no", "yes"] && schema.target == "churned")
  }

  @Test func rowsThatDoNotFitAreTold() throws {
    let features = try schema().features
    let right: [String: RowValue] = [
      "age": .number(40), "region": .text("north"), "visits": .null, "note": .text("a b c d"),
    ]
    #expect(try FeatureTable(rows: [right], features).rowCount == 1)
    let cases: [(String, RowValue?, String)] = [
      ("age", nil, "is missing"), ("age", .null, "no value"), ("age", .text("forty"), "number is expected"),
      ("age", .boolean(true), "number is expected"), ("age", .number(.infinity), "infinite"),
      ("visits", .number(2.5), "whole number"), ("region", .number(3), "text is expected"),
      ("note", .null, "no value"),
    ]
    for (name, value, words) in cases {
      var row = right
      row[name] = value
      let error = #expect(throws: TrainingError.self) { try FeatureTable(rows: [row], features) }
      #expect(error?.code == .schema && error?.violations.map(\.column) == [name], "\(name)")
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
    // All columns are told at once, each with its row.
    let error = #expect(throws: TrainingError.self) {
      try FeatureTable(rows: [right, ["age": .text("x"), "region": .number(1)]], features)
    }
    #expect(error?.violations.count == 3 && error?.violations.allSatisfy { $0.row == 1 } == true)
  }

  @Test func declaredBoundsHold() throws {
    var declared = SchemaInference(target: "churned")
    declared.declarations = [
      "age": ColumnDeclaration(minimum: 20, maximum: 60),
      "region": ColumnDeclaration(categories: ["north", "south"]),
    ]
    let features = try declared.schema(of: Samples.churn(200)).features
    for (name, value) in [("age", RowValue.number(61)), ("age", .number(19)), ("region", .text("east"))] {
      var row: [String: RowValue] = ["age": .number(40), "region": .text("north"), "note": .text("a")]
      row[name] = value
      #expect(throws: TrainingError.self) { try FeatureTable(rows: [row], features) }
    }
    #expect(throws: TrainingError.self) {
      try Trainer(
        {
          var s = TrainingSettings(target: "churned", algorithm: .linear); s.columns = declared.declarations;
          return s
        }()
      ).train(Samples.churn(200))
    }
  }

  @Test func whatCannotBeLearnedIsRefused() throws {
    let table = try Table(csv: Array("a,b\n1,x\n2,x\n3,x\n".utf8))
    for (target, code) in [("b", TrainingError.Code.unfit), ("nothing", .invalidArgument)] {
      let error = #expect(throws: TrainingError.self) {
        try SchemaInference(target: target).schema(of: table)
      }
      #expect(error?.code == code)
    }
    let gaps = try Table(csv: Array("a,b\n1,\n2,x\n3,y\n".utf8))
    #expect(throws: TrainingError.self) { try SchemaInference(target: "b").schema(of: gaps) }
  }

  /// Against Foundation's calendar, from year 1 on, leap days and zones included.
  @Test func datesAreDays() throws {
    let formatter = ISO8601DateFormatter()
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      let seconds = Double(Int.random(in: -12_000_000_000...8_000_000_000, using: &generator))
      let text = formatter.string(from: Date(timeIntervalSince1970: seconds))
      let days = try #require(DayNumber.days(text))
      #expect(abs(days * 86_400 - seconds) < 0.01, "\(text)")
      #expect(
        DayNumber.text(days)
          == (seconds.truncatingRemainder(dividingBy: 86_400) == 0 ? String(text.prefix(10)) : text))
    }
    #expect(DayNumber.days("2026-11-27T01:30+01:30") == DayNumber.days("2026-11-27"))
    for wrong in [
      "2026-02-29", "2026-13-01", "2026-1-01", "27.11.2026", "2026-11-27T25:00", "2026-11-27x", "",
    ] {
      #expect(DayNumber.days(wrong) == nil, "\(wrong)")
    }
  }

  /// Each number by hand: fill, scale and indicator; a slot for unseen and one for missing.
  @Test func preprocessingIsAsItSays() {
    let table = FeatureTable(
      rowCount: 3, columns: ["x": .numbers([1, .nan, 5]), "c": .strings(["a", nil, "z"])])
    let features = [
      ColumnSpecification(name: "x", kind: .number, isNullable: true),
      ColumnSpecification(name: "c", kind: .category, isNullable: true),
    ]
    let fitted = PreprocessorFit(needsScaling: true).fit(
      FeatureTable(rowCount: 3, columns: ["x": .numbers([1, .nan, 5]), "c": .strings(["a", "b", "a"])]),
      features)
    // The median of 1 and 5 is 3; mean 3, deviation √(8/3).
    let scale = Float((8.0 / 3).squareRoot())
    #expect(
      fitted.matrix(table).values == [
        -2 / scale, 0, 1, 0, 0, 0,
        0, 1, 0, 0, 0, 1,
        2 / scale, 0, 0, 0, 1, 0,
      ])
    #expect(fitted.names == ["x", "x is missing", "c=a", "c=b", "c is unseen", "c is missing"])
  }
}
