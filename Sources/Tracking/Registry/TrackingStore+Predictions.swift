import Foundation
import GRDB

/// What a model said of one row that was sent to a server.
package struct PredictionRecord: Sendable, Hashable {
  package var id: String
  /// Seconds since 1970.
  package var at: Double
  package var model: String
  package var version: Int64
  /// Of the model's files, 64 hexadecimal digits.
  package var digest: String
  /// JSON, where the policy lets features be kept.
  package var features: String?
  /// The class, or the value.
  package var output: String
  package var seconds: Double
  /// What turned out to be true, once somebody told.
  package var label: String?
  package var labelledAt: Double?

  package init(
    id: String, at: Double, model: String, version: Int64, digest: String, features: String?, output: String,
    seconds: Double, label: String? = nil, labelledAt: Double? = nil
  ) {
    self.id = id
    self.at = at
    self.model = model
    self.version = version
    self.digest = digest
    self.features = features
    self.output = output
    self.seconds = seconds
    self.label = label
    self.labelledAt = labelledAt
  }
}

extension TrackingStore {
  package func record(_ predictions: [PredictionRecord]) throws(TrackingError) {
    guard !predictions.isEmpty else { return }
    try write { database in
      let statement = try database.makeStatement(
        sql: """
          INSERT OR REPLACE INTO predictions (id, at, model, version, digest, features, output, seconds)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """)
      for prediction in predictions {
        try statement.execute(arguments: [
          prediction.id, prediction.at, prediction.model, prediction.version, prediction.digest,
          prediction.features,
          prediction.output, prediction.seconds,
        ])
      }
    }
  }

  /// Joins what turned out to be true with what was said.
  ///
  /// - Throws: `.missing` for the prediction.
  package func label(prediction id: String, as label: String) throws(TrackingError) {
    try write { database in
      try database.execute(
        sql: "UPDATE predictions SET label = ?, labelled_at = ? WHERE id = ?",
        arguments: [label, Date().timeIntervalSince1970, id])
      guard database.changesCount == 1 else {
        throw TrackingError(.missing, "there is no prediction '\(id.prefix(80))'")
      }
    }
  }

  /// Predictions of a model in a window of time, the oldest first.
  ///
  /// - Parameter window: seconds since 1970.
  package func predictions(
    of model: String, in window: Range<Double>, limit: Int
  ) throws(TrackingError) -> [PredictionRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT * FROM predictions WHERE model = ? AND at >= ? AND at < ? ORDER BY at, id LIMIT ?",
        arguments: [model, window.lowerBound, window.upperBound, limit]
      ).map { row in
        PredictionRecord(
          id: row["id"], at: row["at"], model: row["model"], version: row["version"], digest: row["digest"],
          features: row["features"], output: row["output"], seconds: row["seconds"], label: row["label"],
          labelledAt: row["labelled_at"])
      }
    }
  }

  /// Forgets predictions that are older.
  package func forgetPredictions(before time: Double) throws(TrackingError) {
    try write { database in
      try database.execute(sql: "DELETE FROM predictions WHERE at < ?", arguments: [time])
    }
  }
}
