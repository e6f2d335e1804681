/// A measure of one ranking, named as ir_measures names it: `nDCG@10`, `AP(rel=2)@100`, `RBP(p=0.5)`.
package struct Measure: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case nDCG, AP, RR, P, R, Success, Judged, Bpref, RBP, ERR, IPrec, infAP, Rprec
    case NumRet, NumRel, NumRelRet
  }

  package var kind: Kind
  /// `@k`; for `IPrec`, `nil` (see `recall`).
  package var cutoff: Int?
  /// Least grade that counts as relevant, where the measure is binary.
  package var level: Int = 1
  /// `IPrec`'s point of recall, 0…1.
  package var recall: Double?
  /// `RBP`'s persistence.
  package var persistence: Double = 0.8

  package init(_ kind: Kind, cutoff: Int? = nil) {
    self.kind = kind
    self.cutoff = cutoff
  }

  /// Reads a name.
  ///
  /// - Throws: `EvaluationError.invalidArgument`, naming what there is.
  package init(_ name: String) throws(EvaluationError) {
    func refuse(_ why: String) -> EvaluationError {
      EvaluationError(.invalidArgument, "the measure '\(name)' \(why)")
    }
    var rest = name[...]
    let letters = rest.prefix { $0.isLetter }
    guard let kind = Kind(rawValue: String(letters)) else {
      throw refuse(
        "is not known. There are: " + Kind.allCases.map(\.rawValue).joined(separator: ", ")
          + ", with @k and (rel=n) where they apply, such as nDCG@10")
    }
    self.kind = kind
    rest = rest.dropFirst(letters.count)
    if rest.first == "(" {
      guard let close = rest.firstIndex(of: ")") else { throw refuse("has a '(' that is not closed") }
      for part in rest[rest.index(after: rest.startIndex)..<close].split(separator: ",") {
        let pair = part.split(separator: "=").map { $0.filter { $0 != " " } }
        guard pair.count == 2 else { throw refuse("has a parameter without a value: '\(part)'") }
        switch pair[0] {
        case "rel":
          guard let value = Int(pair[1]), value >= 1, kind.isBinary else {
            throw refuse("cannot take rel=\(pair[1])")
          }
          level = value
        case "p":
          guard let value = Double(pair[1]), value > 0, value < 1, kind == .RBP else {
            throw refuse("cannot take p=\(pair[1])")
          }
          persistence = value
        default: throw refuse("has no parameter '\(pair[0])'")
        }
      }
      rest = rest[rest.index(after: close)...]
    }
    if rest.first == "@" {
      let text = rest.dropFirst()
      if kind == .IPrec {
        guard let value = Double(text), (0...1).contains(value) else {
          throw refuse("needs a recall from 0 to 1 behind '@'")
        }
        recall = value
      } else {
        guard let value = Int(text), value >= 1, kind.takesCutoff else {
          throw refuse("cannot be cut at '\(text)'")
        }
        cutoff = value
      }
      rest = ""
    }
    guard rest.isEmpty else { throw refuse("goes on with '\(rest)'") }
    if kind.needsCutoff, cutoff == nil { throw refuse("needs a depth, such as \(kind.rawValue)@10") }
    if kind == .IPrec, recall == nil { throw refuse("needs a recall, such as IPrec@0.1") }
  }

  package var name: String {
    var name = kind.rawValue
    var parameters: [String] = []
    if kind == .RBP, persistence != 0.8 { parameters.append("p=\(persistence)") }
    // RBP is graded in some tools: its level is always said.
    if level != 1 || kind == .RBP { parameters.append("rel=\(level)") }
    if !parameters.isEmpty { name += "(" + parameters.joined(separator: ",") + ")" }
    if let recall { name += "@\(recall)" }
    if let cutoff { name += "@\(cutoff)" }
    return name
  }

  /// The measure of one ranking.
  ///
  /// - Returns: `nil` where it is not defined: `Judged` of an empty ranking.
  /// - Complexity: O(places + judged documents).
  package func value(of ranking: JudgedRanking) -> Double? {
    switch kind {
    case .nDCG: ranking.discountedGain(cutoff: cutoff)
    case .AP: ranking.averagePrecision(level: level, cutoff: cutoff)
    case .RR: ranking.reciprocalRank(level: level, cutoff: cutoff)
    case .P: ranking.precision(level: level, cutoff: cutoff)
    case .R: ranking.recall(level: level, cutoff: cutoff)
    case .Success: ranking.relevantRetrieved(level, depth: cutoff) > 0 ? 1 : 0
    case .Judged: ranking.judgedShare(cutoff: cutoff)
    case .Bpref: ranking.bpref(level: level)
    case .RBP: ranking.rankBiasedPrecision(level: level, persistence: persistence, cutoff: cutoff)
    case .ERR: ranking.expectedReciprocalRank(cutoff: cutoff)
    case .IPrec: ranking.interpolatedPrecision(level: level, recall: recall ?? 0)
    case .infAP: ranking.inferredAveragePrecision(level: level)
    case .Rprec: ranking.precisionAtRelevantCount(level: level)
    case .NumRet: Double(ranking.judgements.count)
    case .NumRel: Double(ranking.relevantCount(level))
    case .NumRelRet: Double(ranking.relevantRetrieved(level))
    }
  }

  /// Whether the sum over queries is told and not the mean.
  package var isCount: Bool { [.NumRet, .NumRel, .NumRelRet].contains(kind) }
}

extension Measure.Kind {
  /// Whether documents are relevant or not, without grades.
  var isBinary: Bool { ![.nDCG, .Judged, .ERR, .NumRet].contains(self) }

  var takesCutoff: Bool {
    [.nDCG, .AP, .RR, .P, .R, .Success, .Judged, .RBP, .ERR].contains(self)
  }

  var needsCutoff: Bool { [.R, .Success].contains(self) }
}

extension Measure: CustomStringConvertible {
  package var description: String { name }
}
