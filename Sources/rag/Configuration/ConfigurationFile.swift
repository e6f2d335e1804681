import Foundation
import Yams

/// `rag.yaml`: what a team settles once. Flags and environment variables stand above it.
struct ConfigurationFile: Decodable, Equatable {
  struct Chunking: Decodable, Equatable {
    var strategy: String?
    var targetTokens: Int?
    var overlapTokens: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case strategy
      case targetTokens = "target_tokens"
      case overlapTokens = "overlap_tokens"
    }
  }

  /// When documents are deleted whose files are gone or cannot be read.
  struct Ingest: Decodable, Equatable {
    /// A root that lost a larger share of its documents is an error, 0…1.
    var deletionShare: Double?
    /// Unless fewer than these are gone.
    var deletionCount: Int?
    /// Ingests for which the last good version of an unreadable file answers …
    var staleTries: Int?
    /// … and for at least so long.
    var staleSeconds: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case deletionShare = "deletion_share"
      case deletionCount = "deletion_count"
      case staleTries = "stale_tries"
      case staleSeconds = "stale_seconds"
    }
  }

  /// How pages and pictures without a text layer are read.
  struct Recognition: Decodable, Equatable {
    var enabled: Bool?
    /// ISO 639-1 codes, or Tesseract's names.
    var languages: [String]?
    var secondsPerPage: Int?
    /// Most pages of a file.
    var maximumPages: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case enabled, languages
      case secondsPerPage = "seconds_per_page"
      case maximumPages = "max_pages"
    }
  }

  struct Embedding: Decodable, Equatable {
    /// `local` or `openai` (any server that speaks OpenAI's embeddings API).
    var provider: String?
    var model: String?
    var baseURL: String?
    /// Name of the environment variable that holds the key.
    var apiKeyVariable: String?
    var apiKeyFile: String?
    var dimensions: Int?
    /// How exactly the local model of new collections computes: `exact`, `faithful` or `fast`.
    var profile: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case provider, model, dimensions, profile
      case baseURL = "base_url"
      case apiKeyVariable = "api_key_env"
      case apiKeyFile = "api_key_file"
    }
  }

  struct Retrieval: Decodable, Equatable {
    var mode: String?
    var fusion: String?
    var lexicalWeight: Double?
    var topK: Int?
    /// Candidates from each index.
    var depth: Int?
    /// Weight of relevance against novelty, 0…1; left out, there is no diversification.
    var diversity: Double?
    var removeNearDuplicates: Bool?
    var typos: Bool?
    /// What comes with a passage that was found: `none`, `neighbours` or `section`.
    var context: String?
    var recency: Recency?
    var authority: Authority?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case mode, fusion, depth, diversity, typos, context, recency, authority
      case lexicalWeight = "lexical_weight"
      case topK = "top_k"
      case removeNearDuplicates = "remove_near_duplicates"
    }
  }

  struct Reranker: Decodable, Equatable {
    /// `none`, `cross-encoder`, `late-interaction`, `cohere`, `jina`, `tei` or `llm`.
    var kind: String?
    /// Name of an installed model (cross-encoder), or the server's name of its model.
    var model: String?
    var baseURL: String?
    var apiKeyVariable: String?
    var apiKeyFile: String?
    /// Candidates that it reads.
    var depth: Int?
    /// Of those, how many stay in its order.
    var kept: Int?
    var budgetMilliseconds: Int?
    var weight: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case kind, model, depth, kept, weight
      case baseURL = "base_url"
      case apiKeyVariable = "api_key_env"
      case apiKeyFile = "api_key_file"
      case budgetMilliseconds = "budget_ms"
    }
  }

  /// A language model behind an API.
  struct LanguageModel: Decodable, Equatable {
    /// `none`, `openai` (any OpenAI-compatible server), `anthropic` or `ollama`.
    var provider: String?
    var model: String?
    var baseURL: String?
    var apiKeyVariable: String?
    var apiKeyFile: String?
    var temperature: Double?
    /// Longest answer, tokens.
    var maximumTokens: Int?
    /// Room for prompt and answer, tokens; for Ollama.
    var contextTokens: Int?
    var connectMilliseconds: Int?
    var firstByteMilliseconds: Int?
    var idleMilliseconds: Int?
    var totalMilliseconds: Int?
    /// For the cost in the metrics, in any currency.
    var inputPricePerMillion: Double?
    var outputPricePerMillion: Double?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case provider, model, temperature
      case baseURL = "base_url"
      case apiKeyVariable = "api_key_env"
      case apiKeyFile = "api_key_file"
      case maximumTokens = "max_tokens"
      case contextTokens = "context_tokens"
      case connectMilliseconds = "connect_ms"
      case firstByteMilliseconds = "first_byte_ms"
      case idleMilliseconds = "idle_ms"
      case totalMilliseconds = "total_ms"
      case inputPricePerMillion = "input_price_per_million"
      case outputPricePerMillion = "output_price_per_million"
    }
  }

  /// `rag serve`.
  struct Server: Decodable, Equatable {
    var host: String?
    var port: Int?
    var maximumConnections: Int?
    var maximumBodyBytes: Int?
    /// Searches and extracts at a time; twice the threads where it is left out.
    var workers: Int?
    /// Questions that may wait for a free core.
    var queue: Int?
    var deadlineMilliseconds: Int?
    /// Silence between requests, and the time that a request's head may take.
    var idleSeconds: Int?
    /// Time that a body may take.
    var bodySeconds: Int?
    /// Time that running requests have when the server is asked to end.
    var drainSeconds: Int?
    var tlsCertificate: String?
    var tlsKey: String?
    var corsOrigins: [String]?
    /// Requests a minute and key; 0 means without limit.
    var rateLimit: Int?
    /// Whether questions may stand in the log.
    var logQuestions: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case host, port, workers, queue
      case idleSeconds = "idle_seconds"
      case bodySeconds = "body_seconds"
      case drainSeconds = "drain_seconds"
      case maximumConnections = "max_connections"
      case maximumBodyBytes = "max_body_bytes"
      case deadlineMilliseconds = "deadline_ms"
      case tlsCertificate = "tls_certificate"
      case tlsKey = "tls_key"
      case corsOrigins = "cors_origins"
      case rateLimit = "rate_limit"
      case logQuestions = "log_questions"
    }
  }

  /// Watching for drift.
  struct Drift: Decodable, Equatable {
    /// Whether texts and vectors of questions are kept; drift of questions needs them.
    var keepQuestions: Bool?
    var keptDays: Int?
    var windowHours: Double?
    /// Alarm after so many …
    var neededWindows: Int?
    /// … of the last so many windows drifted.
    var windowSpan: Int?
    var alpha: Double?
    var minimumCount: Int?
    /// Least mean overlap of the sentinels' ranked lists.
    var leastOverlap: Double?
    /// How often the server looks for windows that have closed; 0 leaves it to `rag drift check`.
    var lookSeconds: Int?
    var webhook: String?
    var webhookSecretVariable: String?
    var webhookSecretFile: String?
    /// Program and arguments, run when an alarm begins.
    var command: [String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case alpha, webhook, command
      case keepQuestions = "keep_questions"
      case keptDays = "kept_days"
      case windowHours = "window_hours"
      case neededWindows = "needed_windows"
      case windowSpan = "window_span"
      case minimumCount = "minimum_count"
      case leastOverlap = "least_overlap"
      case lookSeconds = "look_seconds"
      case webhookSecretVariable = "webhook_secret_env"
      case webhookSecretFile = "webhook_secret_file"
    }
  }

  /// Documents below a folder that only keys with one of the labels see.
  struct AccessRule: Decodable, Equatable {
    var folder: String
    var labels: [String]

    enum CodingKeys: String, CodingKey, CaseIterable {
      case folder, labels
    }
  }

  /// How the text of new collections becomes terms.
  struct Analysis: Decodable, Equatable {
    /// ISO 639-1 code, or `auto`.
    var language: String?
    var positions: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case language, positions
    }
  }

  /// Lifts documents by a date in their metadata.
  struct Recency: Decodable, Equatable {
    var field: String
    var halfLifeDays: Double
    var weight: Double

    enum CodingKeys: String, CodingKey, CaseIterable {
      case field, weight
      case halfLifeDays = "half_life_days"
    }
  }

  /// Lifts documents by a number or truth value in their metadata.
  struct Authority: Decodable, Equatable {
    var field: String
    var weight: Double

    enum CodingKeys: String, CodingKey, CaseIterable {
      case field, weight
    }
  }

  struct Answers: Decodable, Equatable {
    var threshold: Double?
    var sentences: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case threshold, sentences
    }
  }

  /// Registered models: what is kept of their work, and who is told of their changes.
  struct Registry: Decodable, Equatable {
    /// Whether rows are kept beside what was said of them; drift of a model's columns needs them.
    var keepFeatures: Bool?
    /// Predictions that are older are forgotten.
    var keptDays: Int?
    var webhook: String?
    var webhookSecretVariable: String?
    var webhookSecretFile: String?
    /// Program and arguments, run when a monitor begins to alarm.
    var command: [String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case webhook, command
      case keepFeatures = "keep_features"
      case keptDays = "kept_days"
      case webhookSecretVariable = "webhook_secret_env"
      case webhookSecretFile = "webhook_secret_file"
    }
  }

  /// Where files of runs and registered models lie, in place of the home's folder.
  struct Artifacts: Decodable, Equatable {
    /// `s3://bucket/prefix`.
    var s3: String?
    var region: String?
    /// Of a server that speaks S3's protocol and isn't Amazon's.
    var endpoint: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case s3, region, endpoint
    }
  }

  var home: String?
  var models: String?
  var collection: String?
  var threads: Int?
  var chunking: Chunking?
  var ingest: Ingest?
  var ocr: Recognition?
  var embedding: Embedding?
  var retrieval: Retrieval?
  var analysis: Analysis?
  var reranker: Reranker?
  var llm: LanguageModel?
  /// Asked where `llm` fails before its first word.
  var llmFallback: LanguageModel?
  var answers: Answers?
  /// Folder whose prompts stand above those of the binary.
  var prompts: String?
  var server: Server?
  var access: [AccessRule]?
  var drift: Drift?
  var registry: Registry?
  var artifacts: Artifacts?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case home, models, collection, threads, chunking, ingest, ocr, embedding, analysis, retrieval, reranker, llm
    case answers
    case prompts, server, access, drift, registry, artifacts
    case llmFallback = "llm_fallback"
  }

  /// Reads `text`, with `${NAME}` replaced by the environment variable of that name.
  ///
  /// - Throws: `UsageError` for text that is no YAML, unknown keys, wrong types and unset variables.
  init(text: String, path: String, environment: [String: String]) throws(UsageError) {
    let expanded = try Self.expand(text, path: path, environment: environment)
    do {
      if let node = try Yams.compose(yaml: expanded) {
        try Self.requireKnownKeys(node, path: path)
        self = try YAMLDecoder().decode(ConfigurationFile.self, from: expanded)
      }
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError("\(path): \(error)")
    }
  }

  private static func requireKnownKeys(_ node: Node, path: String) throws(UsageError) {
    let sections: [String: [String]] = [
      "chunking": Chunking.CodingKeys.allCases.map(\.rawValue),
      "ingest": Ingest.CodingKeys.allCases.map(\.rawValue),
      "ocr": Recognition.CodingKeys.allCases.map(\.rawValue),
      "embedding": Embedding.CodingKeys.allCases.map(\.rawValue),
      "retrieval": Retrieval.CodingKeys.allCases.map(\.rawValue),
      "answers": Answers.CodingKeys.allCases.map(\.rawValue),
      "analysis": Analysis.CodingKeys.allCases.map(\.rawValue),
      "reranker": Reranker.CodingKeys.allCases.map(\.rawValue),
      "llm": LanguageModel.CodingKeys.allCases.map(\.rawValue),
      "llm_fallback": LanguageModel.CodingKeys.allCases.map(\.rawValue),
      "server": Server.CodingKeys.allCases.map(\.rawValue),
      "drift": Drift.CodingKeys.allCases.map(\.rawValue),
      "registry": Registry.CodingKeys.allCases.map(\.rawValue),
      "artifacts": Artifacts.CodingKeys.allCases.map(\.rawValue),
    ]
    let boosts = [
      "recency": Recency.CodingKeys.allCases.map(\.rawValue),
      "authority": Authority.CodingKeys.allCases.map(\.rawValue),
    ]
    func check(_ node: Node, _ known: [String], _ place: String) throws(UsageError) {
      guard let mapping = node.mapping else {
        throw UsageError("\(path): \(place.isEmpty ? "the file" : place) must hold keys and values")
      }
      for key in mapping.keys {
        let name = key.string ?? "?"
        guard known.contains(name) else {
          throw UsageError(
            "\(path): '\(place.isEmpty ? name : place + "." + name)' is not a setting. There are: "
              + known.sorted().joined(separator: ", "))
        }
      }
    }
    try check(node, CodingKeys.allCases.map(\.rawValue), "")
    for (section, keys) in sections.sorted(by: { $0.key < $1.key }) {
      if let part = node.mapping?[Node(section)] { try check(part, keys, section) }
    }
    for (boost, keys) in boosts.sorted(by: { $0.key < $1.key }) {
      if let part = node.mapping?["retrieval"]?.mapping?[Node(boost)] {
        try check(part, keys, "retrieval." + boost)
      }
    }
  }

  private static func expand(
    _ text: String, path: String, environment: [String: String]
  ) throws(UsageError) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.range(of: "${") {
      result += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw UsageError("\(path): a '${' is not closed")
      }
      let name = String(rest[start.upperBound..<end])
      guard let value = environment[name] else {
        throw UsageError("\(path): the environment variable \(name) is not set")
      }
      result += value
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}

/// A wrong call: exit code 2.
struct UsageError: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) {
    self.description = description
  }
}
