import Catalog
import Foundation
import Hummingbird

extension RagService {
  private enum Rating: String, CaseIterable {
    case up, down
  }

  var jobEndpoints: [Endpoint] {
    [
      Endpoint(
        .get, "/api/v1/jobs", scope: .ingest,
        EndpointDescription("List jobs, the newest first.", tag: "jobs")
          .query("limit", Schema.integer(from: 1, to: 1000), "100 where it is left out.")
          .gives(Schema.record([("jobs", Schema.list(Schema.reference("Job")))]))
      ) { [self] request, context in
        let limit = try request.integer("limit", in: 1...1000) ?? 100
        let jobs = try home.catalog.jobs(limit: 1000).filter { isVisible($0, to: context.caller) }.prefix(
          limit)
        return Response(json: .object([("jobs", .array(jobs.map(\.json)))]))
      },
      Endpoint(
        .get, "/api/v1/jobs/{id}", scope: .ingest,
        EndpointDescription("Show a job.", tag: "jobs")
          .path("id", "Id of the job.")
          .gives(Schema.reference("Job"))
      ) { [self] _, context in
        let id = try Request.decoded(context.parameters.get("id") ?? "")
        guard let job = try home.catalog.job(id), isVisible(job, to: context.caller) else {
          throw ServiceError(.jobMissing, "there is no job '\(id.prefix(64))'")
        }
        return Response(json: job.json)
      },
      Endpoint(
        .post, "/api/v1/feedback", scope: .query,
        EndpointDescription(
          "Say whether an answer was good, or what turned out to be true of a predicted row.", tag: "query"
        )
        .takes(Schema.reference("Feedback"))
        .gives(Schema.record([("recorded", Schema.boolean)]), status: 201)
      ) { [self] request, context in
        let fields = try await fields(request)
        if let id = try fields.text("prediction_id", atMost: 80) {
          answers.flush()
          try tracking.label(prediction: id, as: try fields.requiredText("label", atMost: 1000))
          return Response(status: .created, json: .object([("recorded", .bool(true))]))
        }
        let id = try fields.requiredText("answer_id", atMost: 64)
        guard let rating = try fields.word("rating", as: Rating.self) else {
          throw ServiceError(.invalidRequest, "'rating' is missing: up or down", parameter: "rating")
        }
        answers.flush()
        guard try home.catalog.answer(id) != nil else {
          throw ServiceError(.answerMissing, "there is no answer '\(id)'")
        }
        try home.catalog.add(
          FeedbackRecord(
            answer: id, key: context.caller.key, rating: rating.rawValue,
            comment: try fields.text("comment", atMost: 8192), createdAt: Date().timeIntervalSince1970))
        metrics.registry.add(to: "rag_feedback_total", ["rating": rating.rawValue])
        return Response(status: .created, json: .object([("recorded", .bool(true))]))
      },
    ]
  }

  /// Reports name documents: who may not see all sees their own jobs.
  private func isVisible(_ job: JobRecord, to caller: Caller) -> Bool {
    caller.labels == nil || job.owner == caller.key
  }
}

extension JobRecord {
  var json: JSONValue {
    let parsed = report.flatMap { try? RequestFields.parse(Array($0.utf8)) }
    return .object([
      ("job_id", .string(id)), ("kind", .string(kind)), ("collection", .string(collection)),
      ("state", .string(state.rawValue)), ("created_at", .number(createdAt)),
      ("started_at", JSONValue(startedAt)),
      ("ended_at", JSONValue(endedAt)), ("report", parsed ?? .null),
    ])
  }
}
