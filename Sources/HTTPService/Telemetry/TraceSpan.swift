import Foundation
import IndexStore
import Storage
import Synchronization

/// A piece of work in a trace, with the pieces below it.
///
/// - Source: OpenTelemetry trace specification; W3C Trace Context for `traceparent`.
package final class TraceSpan: Sendable {
  package enum Kind: Int, Sendable {
    case `internal` = 1
    case server = 2
    case client = 3
  }

  /// An attribute of one of the types that are used here.
  package enum Value: Sendable {
    case text(String)
    case integer(Int)
    case number(Double)
    case bool(Bool)
  }

  private struct State {
    var attributes: [(String, Value)] = []
    var endedAt: Double?
    var error: String?
  }

  package let traceID: String
  package let id: String
  package let parent: String?
  package let name: String
  package let kind: Kind
  /// Seconds since 1970.
  let startedAt: Double
  private let state = Mutex(State())
  private let exporter: TraceExporter

  init(
    _ name: String, kind: Kind, traceID: String, parent: String?,
    startedAt: Double = Date().timeIntervalSince1970,
    exporter: TraceExporter
  ) {
    self.name = name
    self.kind = kind
    self.traceID = traceID
    self.parent = parent
    self.startedAt = startedAt
    self.exporter = exporter
    id = Self.random(bytes: 8)
  }

  static func random(bytes count: Int) -> String {
    var generator = SystemRandomNumberGenerator()
    return Hex.string((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  package func set(_ name: String, _ value: Value) {
    state.withLock { $0.attributes.append((name, value)) }
  }

  package func child(_ name: String, kind: Kind = .internal) -> TraceSpan {
    TraceSpan(name, kind: kind, traceID: traceID, parent: id, exporter: exporter)
  }

  /// A child that is over already: stages are timed by others.
  package func add(child name: String, seconds: Double, endedAt: Double = Date().timeIntervalSince1970) {
    let span = TraceSpan(
      name, kind: .internal, traceID: traceID, parent: id, startedAt: endedAt - seconds, exporter: exporter)
    span.end(at: endedAt)
  }

  package func end(error: String? = nil, at time: Double = Date().timeIntervalSince1970) {
    let isFirst = state.withLock { state in
      guard state.endedAt == nil else { return false }
      state.endedAt = time
      state.error = error
      return true
    }
    if isFirst { exporter.add(self) }
  }

  /// The header that passes the trace on.
  package var traceparent: String { "00-\(traceID)-\(id)-01" }

  /// Trace and parent out of a `traceparent` header; `nil` for one that is malformed.
  static func context(_ header: String) -> (trace: String, parent: String)? {
    let parts = header.split(separator: "-", omittingEmptySubsequences: false)
    func isHex(_ text: Substring) -> Bool {
      text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
    guard parts.count >= 4, parts[0].count == 2, parts[1].count == 32, parts[2].count == 16,
      parts[0...2].allSatisfy(isHex), parts[1].contains(where: { $0 != "0" }),
      parts[2].contains(where: { $0 != "0" })
    else { return nil }
    return (String(parts[1]), String(parts[2]))
  }

  /// OTLP's JSON.
  var json: JSONValue {
    let state = state.withLock { $0 }
    func nanoseconds(_ seconds: Double) -> JSONValue { .string(String(UInt64(max(0, seconds) * 1e9))) }
    var members: [(String, JSONValue)] = [
      ("traceId", .string(traceID)), ("spanId", .string(id)), ("name", .string(name)),
      ("kind", .integer(kind.rawValue)), ("startTimeUnixNano", nanoseconds(startedAt)),
      ("endTimeUnixNano", nanoseconds(state.endedAt ?? startedAt)),
      (
        "attributes",
        .array(state.attributes.map { .object([("key", .string($0.0)), ("value", $0.1.json)]) })
      ),
    ]
    if let parent { members.insert(("parentSpanId", .string(parent)), at: 2) }
    if let error = state.error {
      members.append(("status", .object([("code", .integer(2)), ("message", .string(error))])))
    }
    return .object(members)
  }
}

extension TraceSpan.Value {
  var json: JSONValue {
    switch self {
    case .text(let text): .object([("stringValue", .string(text))])
    case .integer(let number): .object([("intValue", .string(String(number)))])
    case .number(let number): .object([("doubleValue", .number(number))])
    case .bool(let value): .object([("boolValue", .bool(value))])
    }
  }
}
