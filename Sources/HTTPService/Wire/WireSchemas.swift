/// The shapes that requests and answers have, by name.
enum WireSchemas {
  static let all: [(String, JSONValue)] = native + openAI + rerank

  private static let label = Schema.text(atLeast: 1, atMost: 64)
  private static let driftVerdict = Schema.oneOf("none", "warning", "drift", "insufficient")
  private static let driftPoints = Schema.list(
    Schema.object(
      [("x", Schema.number), ("y", Schema.number), ("example", Schema.map(of: Schema.text))],
      required: ["x", "y"]))
  private static let timings = Schema.map(of: Schema.number)

  /// What a search and a question have in common.
  private static let retrieval: [(String, JSONValue)] = [
    ("collection", Schema.text(atLeast: 1, atMost: 64)), ("mode", Schema.oneOf("lexical", "dense", "hybrid")),
    ("top_k", Schema.integer(from: 1, to: QuestionReader.topKLimit)),
    ("depth", Schema.integer(from: 1, to: 10_000)),
    ("filter", Schema.text), ("deadline_ms", Schema.integer(from: 1, to: 600_000)),
  ]

  /// Where text stands in its source; what is not known is left out.
  private static let placeMembers: [(String, JSONValue)] = [
    ("source_start", Schema.integer), ("source_end", Schema.integer),
    ("page_size", Schema.list(Schema.number, atLeast: 2, atMost: 2)), ("box", box),
    ("boxes", Schema.list(box)),
    ("slide", Schema.integer), ("sheet", Schema.text), ("row", Schema.integer),
  ]

  /// Left, top, right, bottom, from the page's top left; points of a PDF, pixels of an image.
  private static let box = Schema.list(Schema.number, atLeast: 4, atMost: 4)

  /// - Parameter optional: members that may be missing.
  private static func record(_ members: [(String, JSONValue)], optional: [(String, JSONValue)]) -> JSONValue {
    Schema.object(members + optional, required: members.map(\.0))
  }

  private static let documentMembers: [(String, JSONValue)] = [
    ("document_id", Schema.text), ("uri", Schema.text), ("title", Schema.optional(Schema.text)),
    ("format", Schema.text), ("language", Schema.optional(Schema.text)),
    ("parent_id", Schema.optional(Schema.text)),
    (
      "stale",
      Schema.optional(
        Schema.record([("reason", Schema.text), ("since", Schema.number), ("tries", Schema.integer)]))
    ),
    ("content_hash", Schema.text),
    ("bytes", Schema.optional(Schema.integer)), ("metadata", Schema.map(of: Schema.anything)),
    ("ingested_at", Schema.number),
  ]

  private static let pathAndReason = Schema.record([("path", Schema.text), ("reason", Schema.text)])

  private static let uploadMembers: [(String, JSONValue)] = [
    ("id", Schema.text), ("name", Schema.text), ("text", Schema.text), ("content_base64", Schema.text),
    ("metadata", Schema.map(of: Schema.anything)), ("access", Schema.list(label)),
  ]

  private static let native: [(String, JSONValue)] = [
    (
      "Error",
      Schema.record([
        (
          "error",
          Schema.record([
            ("message", Schema.text), ("type", Schema.text), ("param", Schema.optional(Schema.text)),
            ("code", Schema.text), ("request_id", Schema.text),
          ])
        ), ("message", Schema.text),
      ])
    ),
    (
      "Question",
      Schema.request(
        [("question", Schema.text(atLeast: 1, atMost: QuestionReader.textLimit))] + retrieval + [
          (
            "history",
            Schema.list(
              Schema.record([("role", Schema.oneOf("user", "assistant")), ("content", Schema.text)]),
              atMost: QuestionReader.historyLimit)
          ), ("expansion", Schema.oneOf("none", "multi_query", "hyde")),
          ("queries", Schema.integer(from: 1, to: 8)),
          ("threshold", Schema.number(from: 0, to: 1)), ("extractive", Schema.boolean),
          ("stream", Schema.boolean),
        ], required: ["question"])
    ),
    (
      "Search",
      Schema.request(
        [("query", Schema.text(atLeast: 1, atMost: QuestionReader.textLimit))] + retrieval,
        required: ["query"])
    ),
    (
      "Chunk",
      record(
        [
          ("rank", Schema.integer), ("score", Schema.number), ("chunk_id", Schema.text),
          ("document_id", Schema.text),
          ("uri", Schema.text), ("title", Schema.optional(Schema.text)), ("text", Schema.text),
          ("start", Schema.integer), ("end", Schema.integer), ("page", Schema.optional(Schema.integer)),
          ("heading", Schema.text),
          (
            "scores",
            Schema.record([
              ("lexical", Schema.optional(Schema.number)), ("dense", Schema.optional(Schema.number)),
              ("lexical_rank", Schema.optional(Schema.integer)),
              ("dense_rank", Schema.optional(Schema.integer)),
              ("reranker", Schema.optional(Schema.number)),
            ])
          ),
        ], optional: [("header", Schema.text)])
    ),
    (
      "Citation",
      record(
        [
          ("marker", Schema.integer), ("document_id", Schema.text), ("uri", Schema.text),
          ("title", Schema.optional(Schema.text)), ("start", Schema.integer), ("end", Schema.integer),
          ("page", Schema.optional(Schema.integer)), ("heading", Schema.text), ("quote", Schema.text),
        ], optional: [("header", Schema.text)] + placeMembers)
    ),
    (
      "Lineage",
      Schema.record([
        ("collection", Schema.text), ("generation", Schema.integer), ("version", Schema.integer),
        ("segments", Schema.list(Schema.text)), ("embedding_model", Schema.text),
        ("embedding_weights", Schema.text),
        ("chunker", Schema.text), ("analyzer", Schema.text),
        ("mode", Schema.oneOf("lexical", "dense", "hybrid")),
        ("fusion", Schema.optional(Schema.text)), ("reranker", Schema.optional(Schema.text)),
        ("answerer", Schema.text), ("model", Schema.optional(Schema.text)),
        (
          "prompt",
          Schema.any(
            Schema.record([("name", Schema.text), ("hash", Schema.text)]),
            .object([("type", .string("null"))]))
        ), ("configuration_hash", Schema.text),
      ])
    ),
    (
      "Answer",
      Schema.object(
        [
          ("answer", Schema.optional(Schema.text)), ("abstained", Schema.boolean),
          ("reason", Schema.optional(Schema.oneOf("no_evidence", "weak_evidence", "model_declined"))),
          ("confidence", Schema.number), ("citations", Schema.list(Schema.reference("Citation"))),
          ("chunks", Schema.list(Schema.reference("Chunk"))), ("lineage", Schema.reference("Lineage")),
          ("timings_ms", timings), ("answer_id", Schema.text), ("degraded", Schema.optional(Schema.text)),
          ("degradation", Schema.text), ("rewritten_question", Schema.text),
          ("expansions", Schema.list(Schema.text)),
          (
            "sentences",
            Schema.list(
              Schema.record([
                ("text", Schema.text), ("citations", Schema.list(Schema.integer)), ("support", Schema.number),
                ("supported", Schema.boolean),
              ]))
          ), ("flags", Schema.list(Schema.text)),
          (
            "usage",
            Schema.record([
              ("model", Schema.text), ("input_tokens", Schema.optional(Schema.integer)),
              ("output_tokens", Schema.optional(Schema.integer)), ("finish_reason", Schema.text),
            ])
          ),
        ],
        required: [
          "answer", "abstained", "reason", "confidence", "citations", "chunks", "lineage", "timings_ms",
          "answer_id",
          "degraded",
        ])
    ),
    (
      "Hits",
      Schema.object(
        [
          ("hits", Schema.list(Schema.reference("Chunk"))),
          ("mode", Schema.oneOf("lexical", "dense", "hybrid")),
          ("collection", Schema.text), ("timings_ms", timings), ("degraded", Schema.text),
          ("reranker", Schema.text), ("corrections", Schema.list(Schema.map(of: Schema.anything))),
        ], required: ["hits", "mode", "collection", "timings_ms"])
    ),
    (
      "Upload",
      Schema.request(
        uploadMembers + [
          ("collection", Schema.text(atLeast: 1, atMost: 64)),
          ("documents", Schema.list(Schema.request(uploadMembers), atLeast: 1, atMost: Upload.limit)),
        ])
    ),
    (
      "Accepted",
      Schema.record([
        ("job_id", Schema.text), ("state", Schema.oneOf("queued", "running", "done", "failed")),
        ("collection", Schema.text), ("documents", Schema.list(Schema.text)), ("url", Schema.text),
      ])
    ),
    ("DocumentSummary", Schema.record(documentMembers)),
    ("Document", Schema.record(documentMembers + [("collection", Schema.text), ("text", Schema.text)])),
    (
      "Chunks",
      Schema.record([
        ("document_id", Schema.text), ("collection", Schema.text),
        (
          "chunks",
          Schema.list(
            record(
              [
                ("chunk_id", Schema.text), ("start", Schema.integer), ("end", Schema.integer),
                ("text", Schema.text),
                ("page", Schema.optional(Schema.integer)), ("heading", Schema.text),
              ], optional: [("header", Schema.text)] + placeMembers))
        ),
      ])
    ),
    (
      "Place",
      record(
        [
          ("document_id", Schema.text), ("collection", Schema.text), ("start", Schema.integer),
          ("end", Schema.integer), ("text", Schema.text), ("page", Schema.optional(Schema.integer)),
        ], optional: placeMembers)
    ),
    (
      "Collection",
      Schema.record([
        ("name", Schema.text), ("version", Schema.integer), ("documents", Schema.integer),
        ("chunks", Schema.integer),
        ("segments", Schema.integer), ("text_bytes", Schema.optional(Schema.integer)),
        ("embedding_model", Schema.text), ("embedding_weights", Schema.text), ("dimension", Schema.integer),
        ("pooling", Schema.text), ("chunker", Schema.text), ("analyzer", Schema.text),
      ])
    ),
    (
      "Job",
      Schema.record([
        ("job_id", Schema.text), ("kind", Schema.text), ("collection", Schema.text),
        ("state", Schema.oneOf("queued", "running", "done", "failed")), ("created_at", Schema.number),
        ("started_at", Schema.optional(Schema.number)), ("ended_at", Schema.optional(Schema.number)),
        (
          "report",
          Schema.any(
            Schema.reference("IngestReport"),
            Schema.record([
              ("error", Schema.record([("code", Schema.text), ("message", Schema.text)]))
            ]), .object([("type", .string("null"))]))
        ),
      ])
    ),
    (
      "IngestReport",
      Schema.record([
        (
          "documents",
          Schema.record(
            ["added", "updated", "unchanged", "deleted", "skipped", "failed", "moved", "stale"].map {
              ($0, Schema.integer)
            })
        ), ("chunks", Schema.integer), ("failures", Schema.list(pathAndReason)),
        ("skipped", Schema.list(pathAndReason)),
        (
          "notes",
          Schema.list(
            Schema.record([
              ("path", Schema.text), ("page", Schema.optional(Schema.integer)), ("note", Schema.text),
            ]))
        ),
        (
          "refused",
          Schema.list(
            Schema.record([
              ("root", Schema.text), ("documents", Schema.integer), ("missing", Schema.integer),
              ("reason", Schema.text),
            ]))
        ), ("seconds", Schema.number), ("chunks_per_second", Schema.number),
      ])
    ),
    (
      "Feedback",
      Schema.request(
        [
          ("answer_id", Schema.text(atLeast: 1, atMost: 64)), ("rating", Schema.oneOf("up", "down")),
          ("comment", Schema.text(atLeast: 0, atMost: 8192)),
          ("prediction_id", Schema.text(atLeast: 1, atMost: 80)),
          ("label", Schema.text(atLeast: 1, atMost: 1000)),
        ])
    ),
    (
      "DriftBaselineRequest",
      Schema.request([
        ("collection", Schema.text(atLeast: 1, atMost: 64)), ("since", Schema.number(from: 0, to: 1e11)),
      ])
    ),
    (
      "DriftBaseline",
      Schema.record([
        ("baseline", Schema.integer), ("collection", Schema.text), ("starts_at", Schema.number),
        ("ends_at", Schema.number), ("chunks", Schema.integer), ("documents", Schema.integer),
        ("questions", Schema.integer), ("question_vectors", Schema.integer), ("canaries", Schema.integer),
        ("sentinels", Schema.integer),
      ])
    ),
    (
      "DriftCheckRequest",
      Schema.request([
        ("collection", Schema.text(atLeast: 1, atMost: 64)), ("since", Schema.number(from: 0, to: 1e11)),
        ("until", Schema.number(from: 0, to: 1e11)),
      ])
    ),
    (
      "DriftSignal",
      Schema.object(
        [
          (
            "signal",
            Schema.oneOf("corpus", "documents", "questions", "retrieval", "rates", "model", "sentinels")
          ),
          ("verdict", driftVerdict), ("is_alarm", Schema.boolean), ("method", Schema.text),
          ("statistic", Schema.number), ("p_value", Schema.number), ("reference_count", Schema.integer),
          ("current_count", Schema.integer), ("summary", Schema.text),
          (
            "parts",
            Schema.list(
              Schema.object(
                [
                  ("name", Schema.text), ("verdict", driftVerdict), ("statistic", Schema.number),
                  ("p_value", Schema.number),
                ], required: ["name", "verdict"]))
          ),
          (
            "examples",
            Schema.list(
              Schema.record([("kind", Schema.oneOf("chunk", "question", "text")), ("value", Schema.text)]))
          ),
          (
            "map", Schema.record([("reference", driftPoints), ("current", driftPoints)])
          ),
        ],
        required: [
          "signal", "verdict", "is_alarm", "method", "reference_count", "current_count", "summary", "parts",
          "examples",
        ])
    ),
    (
      "DriftWindow",
      Schema.record([
        ("collection", Schema.text), ("baseline", Schema.integer), ("starts_at", Schema.number),
        ("ends_at", Schema.number), ("checked_at", Schema.number),
        ("signals", Schema.list(Schema.reference("DriftSignal"))),
      ])
    ),
    (
      "DriftHistory",
      Schema.record([
        ("collection", Schema.text), ("has_baseline", Schema.boolean),
        ("windows", Schema.list(Schema.reference("DriftWindow"))),
        ("examples", Schema.map(of: Schema.list(Schema.text))),
        ("map_texts", Schema.map(of: Schema.list(Schema.text))),
      ])
    ),
    (
      "ScoringRequest",
      Schema.object([
        (
          "dataframe_split",
          Schema.object([
            ("columns", Schema.list(Schema.text)), ("data", Schema.list(Schema.list(Schema.anything))),
          ])
        ), ("dataframe_records", Schema.list(Schema.object([]))), ("inputs", Schema.anything),
        ("instances", Schema.list(Schema.anything)),
      ])
    ),
    (
      "Scores",
      Schema.object(
        [
          ("predictions", Schema.list(Schema.anything)),
          (
            "model",
            Schema.object(
              [("name", Schema.text), ("version", Schema.integer), ("digest", Schema.text)],
              required: ["name", "version", "digest"])
          ), ("prediction_ids", Schema.list(Schema.text)), ("fallback", Schema.optional(Schema.text)),
        ], required: ["predictions", "model"])
    ),
    (
      "ModelMonitors",
      Schema.object(
        [
          ("model", Schema.text), ("version", Schema.optional(Schema.integer)), ("reason", Schema.text),
          (
            "monitors",
            Schema.list(
              Schema.object(
                [
                  ("monitor", Schema.text), ("subject", Schema.text), ("alarm", Schema.boolean),
                  ("message", Schema.text),
                ], required: ["monitor", "subject", "alarm", "message"]))
          ),
        ], required: ["model", "monitors"])
    ),
    (
      "InferenceRequest",
      Schema.object(
        [
          ("id", Schema.text),
          (
            "inputs",
            Schema.list(
              Schema.object(
                [
                  ("name", Schema.text), ("shape", Schema.list(Schema.integer)), ("datatype", Schema.text),
                  ("data", Schema.list(Schema.anything)),
                ], required: ["name", "shape", "datatype", "data"]))
          ),
        ], required: ["inputs"])
    ),
    (
      "InferenceResponse",
      Schema.object(
        [
          ("model_name", Schema.text), ("model_version", Schema.text), ("id", Schema.text),
          ("outputs", Schema.list(Schema.anything)),
        ], required: ["model_name", "outputs"])
    ),
    (
      "ModelHistory",
      Schema.object(
        [
          (
            "events",
            Schema.list(
              Schema.object(
                [
                  ("id", Schema.integer), ("at", Schema.number), ("actor", Schema.text),
                  ("model", Schema.text),
                  ("action", Schema.text), ("subject", Schema.text), ("hash", Schema.text),
                ], required: ["id", "at", "actor", "model", "action", "subject", "hash"]))
          )
        ], required: ["events"])
    ),
    (
      "Readiness",
      Schema.record([("status", Schema.oneOf("ready", "not_ready")), ("checks", Schema.map(of: Schema.text))])
    ),
    (
      "Statistics",
      Schema.record([
        ("uptime_s", Schema.number),
        (
          "requests",
          Schema.record([
            ("total", Schema.integer), ("errors", Schema.integer), ("in_flight", Schema.integer),
          ])
        ),
        (
          "queue",
          Schema.record([
            ("running", Schema.integer), ("waiting", Schema.integer), ("refused", Schema.integer),
          ])
        ), ("resident_bytes", Schema.integer),
        (
          "minutes",
          Schema.list(
            Schema.record([
              ("at", Schema.integer), ("requests", Schema.integer), ("errors", Schema.integer),
              ("p50_ms", Schema.number), ("p99_ms", Schema.number),
            ]))
        ),
        (
          "stages",
          Schema.list(
            Schema.record([
              ("stage", Schema.text), ("count", Schema.integer), ("p50_ms", Schema.number),
              ("p99_ms", Schema.number),
            ]))
        ),
      ])
    ),
    (
      "RPCMessage",
      Schema.object([
        ("jsonrpc", Schema.text), ("method", Schema.text), ("params", Schema.map(of: Schema.anything)),
        ("id", Schema.anything), ("result", Schema.anything), ("error", Schema.anything),
      ])
    ),
  ]

  private static let openAI: [(String, JSONValue)] = [
    (
      "Model",
      Schema.record([
        ("id", Schema.text), ("object", Schema.text), ("created", Schema.integer), ("owned_by", Schema.text),
      ])
    ),
    (
      "EmbeddingRequest",
      Schema.request(
        [
          ("model", Schema.text(atLeast: 1, atMost: 256)),
          (
            "input",
            Schema.any(
              Schema.text, Schema.list(Schema.text, atLeast: 1, atMost: EmbeddingInput.limit),
              Schema.list(Schema.integer, atLeast: 1),
              Schema.list(Schema.list(Schema.integer, atLeast: 1), atLeast: 1))
          ), ("encoding_format", Schema.oneOf("float", "base64")),
          ("dimensions", Schema.integer(from: 1, to: 100_000)),
        ], required: ["model", "input"])
    ),
    (
      "Embeddings",
      Schema.record([
        ("object", Schema.text), ("model", Schema.text),
        (
          "data",
          Schema.list(
            Schema.record([
              ("object", Schema.text), ("index", Schema.integer),
              ("embedding", Schema.any(Schema.list(Schema.number), Schema.text)),
            ]))
        ), ("usage", Schema.record([("prompt_tokens", Schema.integer), ("total_tokens", Schema.integer)])),
      ])
    ),
    (
      "ChatRequest",
      Schema.request(
        [
          ("model", Schema.text(atLeast: 1, atMost: 256)),
          (
            "messages",
            Schema.list(
              Schema.object(
                [
                  ("role", Schema.oneOf("system", "developer", "user", "assistant", "tool")),
                  (
                    "content",
                    Schema.any(
                      Schema.optional(Schema.text),
                      Schema.list(
                        Schema.object(
                          [("type", .object([("const", .string("text"))])), ("text", Schema.text)],
                          required: ["type", "text"])))
                  ),
                ], required: ["role", "content"]), atLeast: 1, atMost: 1000)
          ), ("stream", Schema.boolean),
          ("stream_options", Schema.object([("include_usage", Schema.boolean)])),
          ("max_tokens", Schema.integer(from: 1, to: 1_000_000)),
          ("max_completion_tokens", Schema.integer(from: 1, to: 1_000_000)),
          ("n", Schema.integer(from: 1, to: 1)),
        ], required: ["model", "messages"])
    ),
    (
      "ChatCompletion",
      Schema.record([
        ("id", Schema.text), ("object", Schema.text), ("created", Schema.integer), ("model", Schema.text),
        (
          "choices",
          Schema.list(
            Schema.record([
              ("index", Schema.integer),
              (
                "message",
                Schema.record([
                  ("role", Schema.text), ("content", Schema.text), ("refusal", Schema.optional(Schema.text)),
                ])
              ), ("finish_reason", Schema.text),
            ]))
        ),
        (
          "usage",
          Schema.record([
            ("prompt_tokens", Schema.integer), ("completion_tokens", Schema.integer),
            ("total_tokens", Schema.integer),
          ])
        ), ("citations", Schema.list(Schema.reference("Citation"))), ("rag", Schema.map(of: Schema.anything)),
      ])
    ),
  ]

  private static let rerank: [(String, JSONValue)] = [
    (
      "RerankRequest",
      Schema.request(
        [
          ("model", Schema.text), ("query", Schema.text(atLeast: 1, atMost: QuestionReader.textLimit)),
          (
            "documents",
            Schema.list(
              Schema.any(Schema.text, Schema.object([("text", Schema.text)], required: ["text"])), atLeast: 1,
              atMost: RagService.rerankLimit)
          ), ("top_n", Schema.integer(from: 1, to: 1_000_000)), ("return_documents", Schema.boolean),
        ], required: ["query", "documents"])
    ),
    (
      "Reranked",
      Schema.object(
        [
          ("id", Schema.text), ("model", Schema.text),
          (
            "results",
            Schema.list(
              Schema.object(
                [
                  ("index", Schema.integer), ("relevance_score", Schema.number(from: 0, to: 1)),
                  ("document", Schema.record([("text", Schema.text)])),
                ], required: ["index", "relevance_score"]))
          ), ("meta", Schema.map(of: Schema.anything)), ("usage", Schema.map(of: Schema.integer)),
        ], required: ["id", "model", "results", "meta", "usage"])
    ),
  ]
}
