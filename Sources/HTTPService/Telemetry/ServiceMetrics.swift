import Foundation
import Glibc
import IndexStore

/// The metrics of a server, by what happens.
package final class ServiceMetrics: Sendable {
  package let registry = MetricRegistry()
  private let startedAt = Date().timeIntervalSince1970

  /// From a quarter of a millisecond to a minute, seconds.
  private static let durations = [
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]

  package init(version: String) {
    registry.declare([
      .init("rag_build_info", .gauge, "Always 1; the version is a label."),
      .init("rag_http_requests_total", .counter, "Requests by method, route and status."),
      .init(
        "rag_http_request_duration_seconds", .histogram,
        "From the head of a request to the end of its response.",
        bounds: Self.durations),
      .init("rag_http_requests_in_flight", .gauge, "Requests that are being served."),
      .init("rag_queue_running", .gauge, "Searches and extracts that are on the processor."),
      .init("rag_queue_waiting", .gauge, "Searches and extracts that wait for it."),
      .init("rag_admission_refused_total", .counter, "Requests refused because of load, by reason."),
      .init("rag_rate_limited_total", .counter, "Requests refused because a key sent too many."),
      .init("rag_auth_failures_total", .counter, "Requests refused because of their key, by reason."),
      .init(
        "rag_query_duration_seconds", .histogram, "Time of questions and searches, by stage.",
        bounds: Self.durations),
      .init("rag_queries_total", .counter, "Questions, by outcome."),
      .init("rag_searches_total", .counter, "Searches, by outcome."),
      .init(
        "rag_retrieval_top_score", .histogram, "Cosine of the best passage with the question.",
        bounds: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
      .init(
        "rag_query_embedding_batch_size", .histogram, "Questions that were embedded together.",
        bounds: [1, 2, 4, 8, 16, 32]),
      .init("rag_ingest_documents_total", .counter, "Documents that were sent, by what became of them."),
      .init("rag_jobs_total", .counter, "Jobs that ended, by state."),
      .init("rag_jobs_unfinished", .gauge, "Jobs that wait or run."),
      .init("rag_index_documents", .gauge, "Documents of a collection."),
      .init("rag_index_chunks", .gauge, "Chunks of a collection."),
      .init("rag_index_segments", .gauge, "Segments of a collection."),
      .init("rag_llm_requests_total", .counter, "Replies asked of a language model, by outcome."),
      .init("rag_llm_tokens_total", .counter, "Tokens that a language model counted, by key and direction."),
      .init("rag_llm_cost_total", .counter, "Cost of these tokens by the configured prices, by key."),
      .init(
        "rag_drift_statistic", .gauge, "What was measured in the newest window, by signal and method."),
      .init("rag_drift_alarm", .gauge, "1 where a signal of the newest window alarms, else 0."),
      .init(
        "rag_drift_window_end_timestamp_seconds", .gauge,
        "End of the newest window that was checked, seconds since 1970."),
      .init("rag_model_predictions_total", .counter, "Rows that were scored, by model, version and class."),
      .init(
        "rag_model_request_duration_seconds", .histogram,
        "Time of scoring requests behind their body, by model.",
        bounds: Self.durations),
      .init("rag_model_alarm", .gauge, "1 where a monitor of a loaded model alarms, else 0."),
      .init(
        "rag_model_fallback_total", .counter, "Scoring requests that an earlier version answered, by model."),
      .init("rag_feedback_total", .counter, "Feedback on answers, by rating."),
      .init("rag_trace_spans_dropped_total", .counter, "Spans that no collector took."),
      .init("process_resident_memory_bytes", .gauge, "Resident memory."),
      .init("process_cpu_seconds_total", .counter, "Time on the processor, user and system."),
      .init("process_open_fds", .gauge, "Open file descriptors."),
      .init("process_start_time_seconds", .gauge, "Start of the process, seconds since 1970."),
    ])
    registry.add(1, to: "rag_build_info", ["version": version])
    registry.add(startedAt, to: "process_start_time_seconds")
    // What has not happened yet is 0, not unknown.
    for outcome in QueryOutcome.allCases {
      registry.add(0, to: "rag_queries_total", ["outcome": outcome.rawValue])
    }
    for reason in ["queue_full", "too_late"] {
      registry.add(0, to: "rag_admission_refused_total", ["reason": reason])
    }
    for state in ["done", "failed"] { registry.add(0, to: "rag_jobs_total", ["state": state]) }
    for reason in ["missing", "invalid", "scope"] {
      registry.add(0, to: "rag_auth_failures_total", ["reason": reason])
    }
    for outcome in ["found", "empty", "failed"] {
      registry.add(0, to: "rag_searches_total", ["outcome": outcome])
    }
    for rating in ["up", "down"] { registry.add(0, to: "rag_feedback_total", ["rating": rating]) }
    for (result, _) in IngestReport.Counts().byResult {
      registry.add(0, to: "rag_ingest_documents_total", ["result": result])
    }
    for name in ["rag_rate_limited_total", "rag_trace_spans_dropped_total", "rag_http_requests_in_flight"] {
      registry.add(0, to: name)
    }
    registry.observe {
      [
        ("process_resident_memory_bytes", [:], Double(Self.residentBytes)),
        ("process_cpu_seconds_total", [:], Self.processorSeconds),
        ("process_open_fds", [:], Double(Self.openDescriptors)),
      ]
    }
  }

  package enum QueryOutcome: String, CaseIterable, Sendable {
    case answered, abstained, degraded, failed
  }

  var uptime: Double { Date().timeIntervalSince1970 - startedAt }

  func requestBegan() { registry.add(1, to: "rag_http_requests_in_flight") }

  func requestEnded(method: String, route: String, status: Int, seconds: Double) {
    registry.add(-1, to: "rag_http_requests_in_flight")
    registry.add(
      to: "rag_http_requests_total", ["method": method, "route": route, "status": String(status)])
    registry.record(seconds, in: "rag_http_request_duration_seconds", ["route": route])
  }

  /// Counts the classes of a regression under none; classes that were not said yet are 0.
  func scored(_ choice: ModelShelf.Choice, labels: [String], seconds: Double) {
    let version = choice.loaded.version
    registry.record(seconds, in: "rag_model_request_duration_seconds", ["model": version.model])
    var counts: [String: Int] = [:]
    let schema = choice.loaded.model.schema
    for label in schema.hasLabel ? schema.classes : [] { counts[label] = 0 }
    for label in labels { counts[label, default: 0] += 1 }
    for (label, count) in counts {
      registry.add(
        Double(count), to: "rag_model_predictions_total",
        ["model": version.model, "version": String(version.version), "class": label])
    }
    registry.add(choice.fallback == nil ? 0 : 1, to: "rag_model_fallback_total", ["model": version.model])
  }

  func stages(_ timings: [String: Double]) {
    for (stage, milliseconds) in timings {
      registry.record(milliseconds / 1000, in: "rag_query_duration_seconds", ["stage": stage])
    }
  }

  func refused(_ error: any Error) {
    if let error = error as? AdmissionError {
      registry.add(to: "rag_admission_refused_total", ["reason": error.code.rawValue])
    }
  }

  /// Bytes of the process that are in memory.
  package static var residentBytes: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    let fields = text.split(separator: " ")
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  private static var processorSeconds: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  private static var openDescriptors: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }
}
