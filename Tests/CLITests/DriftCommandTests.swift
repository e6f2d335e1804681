import Foundation
import Storage
import TestSupport
import Testing

/// `rag drift check` over files.
@Suite struct DriftCommandTests {
  let folder = TemporaryFolder()

  func check(_ reference: String, _ current: String, _ more: String...) throws -> RagProgram.Result {
    try RagProgram(home: folder("home")).run(
      ["drift", "check", "--reference", folder(reference), "--current", folder(current)] + more)
  }

  /// A number around `mean`, a category and a text a row.
  func write(_ name: String, rows: Int, mean: Double, seed: UInt64, newCategory: Bool = false) throws {
    var generator = SeededGenerator(seed: seed)
    var lines = ["amount,kind,same"]
    for row in 0..<rows {
      let amount = mean + Double.random(in: -1...1, using: &generator)
      let kind =
        newCategory && row % 20 == 0 ? "new <b>" : ["a", "b", "c"][Int.random(in: 0..<3, using: &generator)]
      lines.append("\(amount),\(kind),\(Double.random(in: 0..<1, using: &generator))")
    }
    try write(lines.joined(separator: "\n") + "\n", to: name)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder(name)))
  }

  @Test func exitCodesTellTheVerdict() throws {
    try write("reference.csv", rows: 400, mean: 0, seed: 1)
    try write("same.csv", rows: 400, mean: 0, seed: 2)
    try write("shifted.csv", rows: 400, mean: 0.5, seed: 3)
    try write("new.csv", rows: 400, mean: 0, seed: 4, newCategory: true)
    try write("few.csv", rows: 30, mean: 0, seed: 5)
    #expect(try check("reference.csv", "same.csv").status == 0)
    let drifted = try check("reference.csv", "shifted.csv")
    #expect(drifted.status == 10)
    #expect(drifted.output.contains("drift: 1 of 3 columns drifted"))
    #expect(try check("reference.csv", "shifted.csv", "--fail-on", "never").status == 0)
    #expect(try check("reference.csv", "new.csv").status == 11)
    #expect(try check("reference.csv", "new.csv", "--fail-on", "drift").status == 0)
    #expect(try check("reference.csv", "few.csv").status == 12)
    #expect(try check("reference.csv", "few.csv", "--least-rows", "20").status == 0)
    #expect(try check("reference.csv", "missing.csv").status == 2)
    #expect(try check("reference.csv", "same.csv", "--alpha", "2").status == 2)
    try write("amount,kind\n1,a\n", to: "narrow.csv")
    let narrow = try check("reference.csv", "narrow.csv")
    #expect(narrow.status == 1)
    #expect(narrow.errors.contains("no column same"))
  }

  @Test func reportsAreReadByCodeAndByPeople() throws {
    try write("reference.csv", rows: 400, mean: 0, seed: 1)
    try write("shifted.csv", rows: 400, mean: 0.5, seed: 3, newCategory: true)
    let json = try check("reference.csv", "shifted.csv", "--json", "--report", folder("report.html"))
    #expect(json.status == 10)
    let result = try #require(try json.json()["result"] as? [String: Any])
    #expect(try json.json()["kind"] as? String == "table")
    #expect(result["verdict"] as? String == "drift")
    let columns = try #require(result["columns"] as? [[String: Any]])
    #expect(columns.map { $0["verdict"] as? String } == ["drift", "warning", "none"])

    let page = try String(contentsOfFile: folder("report.html"), encoding: .utf8)
    #expect(page.utf8.count < 150_000)
    #expect(page.contains("<p class=\"v no\">Drift.</p>"))
    #expect(page.contains("<svg"))
    #expect(page.contains("new &lt;b&gt;") && !page.contains("new <b>"))
    #expect(!page.contains("<script"))

    let legacy = try check(
      "reference.csv", "shifted.csv", "--profile", "evidently", "--format", "evidently", "--drift-share",
      "0.3")
    #expect(legacy.status == 10)
    let metrics = try #require(try legacy.json()["metrics"] as? [[String: Any]])
    let first = try #require(metrics[0]["result"] as? [String: Any])
    #expect(first["dataset_drift"] as? Bool == true)
    #expect(first["number_of_columns"] as? Int == 3)
    let byColumn = try #require(
      (metrics[1]["result"] as? [String: Any])?["drift_by_columns"] as? [String: [String: Any]])
    #expect(byColumn["amount"]?["drift_detected"] as? Bool == true)
    #expect(byColumn["amount"]?["stattest_name"] as? String == "K-S p_value")
    #expect(byColumn["same"]?["drift_detected"] as? Bool == false)
  }

  @Test func linesOfJSONGiveTheSameAsCSV() throws {
    try write("reference.csv", rows: 300, mean: 0, seed: 1)
    try write("shifted.csv", rows: 300, mean: 0.5, seed: 3)
    for name in ["reference", "shifted"] {
      let lines = try String(contentsOfFile: folder(name + ".csv"), encoding: .utf8).split(separator: "\n")
      let objects = lines.dropFirst().map { line -> String in
        let fields = line.split(separator: ",")
        return "{\"amount\": \(fields[0]), \"kind\": \"\(fields[1])\", \"same\": \(fields[2])}"
      }
      try write(objects.joined(separator: "\n\n"), to: name + ".jsonl")
    }
    let csv = try check("reference.csv", "shifted.csv", "--json")
    let lines = try check("reference.jsonl", "shifted.jsonl", "--json")
    #expect(csv.status == 10 && lines.status == 10)
    #expect(csv.output == lines.output)
    try write("{\"amount\": [1]}\n", to: "list.jsonl")
    let list = try check("list.jsonl", "list.jsonl")
    #expect(list.status == 1)
    #expect(list.errors.contains("line 1: a list or an object is no value"))
  }

  @Test func vectorsAreCompared() throws {
    func write(_ name: String, shift: Float, seed: UInt64) throws {
      var generator = SeededGenerator(seed: seed)
      let values = (0..<300 * 16).map { place in
        Float.random(in: -1...1, using: &generator) + (place % 16 < 4 ? shift : 0)
      }
      try NumPyFile(rows: 300, columns: 16, values: values).data
        .write(to: URL(fileURLWithPath: folder(name)))
    }
    try write("reference.npy", shift: 0, seed: 1)
    try write("same.npy", shift: 0, seed: 2)
    try write("moved.npy", shift: 0.7, seed: 3)
    #expect(try check("reference.npy", "same.npy").status == 0)
    try self.write((0..<300).map { "text <\($0)>" }.joined(separator: "\n"), to: "texts.txt")
    let moved = try check(
      "reference.npy", "moved.npy", "--json", "--texts", folder("texts.txt"), "--report",
      folder("report.html"))
    #expect(moved.status == 10)
    let result = try #require(try moved.json()["result"] as? [String: Any])
    #expect((result["adjusted_p"] as? [String: Double])?["classifier"] ?? 1 < 0.05)
    let page = try String(contentsOfFile: folder("report.html"), encoding: .utf8)
    #expect(page.utf8.count < 150_000)
    #expect(page.contains("text &lt;") && !page.contains("text <"))
    #expect(try check("reference.npy", "texts.txt").status == 2)
  }
}
