import Foundation
import Reports

/// A check as one page that needs nothing else: verdict first, then what moved, drawn, and settings.
package struct DriftReport {
  private let outcome: DriftOutcome
  private let createdAt: String
  private let facts: [(name: String, value: String)]
  private let texts: [String]

  /// - Parameters:
  ///   - createdAt: as it is to be shown.
  ///   - facts: where the data came from, and their hashes.
  ///   - texts: of the current rows of embeddings, by row, to show examples; may be empty.
  package init(
    _ outcome: DriftOutcome, createdAt: String, facts: [(name: String, value: String)], texts: [String] = []
  ) {
    self.outcome = outcome
    self.createdAt = createdAt
    self.facts = facts
    self.texts = texts
  }

  package var html: String {
    var body = "<h1>Drift</h1>\n<p class=\"d\">\(Markup.escaped(createdAt))</p>\n"
    body += "<p class=\"v \(outcome.verdict.styleClass)\">\(Self.sentence(outcome.verdict))</p>\n"
    var settings = facts
    switch outcome {
    case .tables(let result):
      body += DriftReportTables(result).html
      settings += [
        ("profile", result.settings.profile.rawValue), ("alpha", "\(result.settings.alpha)"),
        ("correction", result.settings.adjustment.rawValue),
        ("least effect", "\(result.settings.effectFloor)"),
        ("least rows", "\(result.settings.minimumCount)"), ("seed", "\(result.settings.seed)"),
      ]
    case .embeddings(let result):
      body += DriftReportEmbeddings(result, texts: texts).html
      settings += [
        ("alpha", "\(result.settings.alpha)"), ("permutations", "\(result.settings.permutations)"),
        ("least rows", "\(result.settings.minimumCount)"), ("seed", "\(result.settings.seed)"),
      ]
    }
    body +=
      "<h2>Settings</h2>\n"
      + Markup.table(
        ["", ""], settings.map { [Markup.escaped($0.name), "<code>\(Markup.escaped($0.value))</code>"] })
    return ReportPage(title: "Drift", body: body).html
  }

  private static func sentence(_ verdict: Verdict) -> String {
    switch verdict {
    case .none: "No drift."
    case .warning: "No drift, but something to look at."
    case .drift: "Drift."
    case .insufficient: "Too little data to decide."
    }
  }
}

extension Verdict {
  /// Its class in the styles of a report.
  package var styleClass: String {
    switch self {
    case .none: "ok"
    case .warning, .insufficient: "wa"
    case .drift: "no"
    }
  }
}
