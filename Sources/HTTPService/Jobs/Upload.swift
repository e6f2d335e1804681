import Documents
import Foundation
import IndexStore
import Storage

/// Documents as they were sent, checked.
struct Upload {
  struct Document {
    var id: String
    /// File name; tells the format.
    var name: String
    var bytes: [UInt8]
    var metadata: [String: MetadataValue]
  }

  var collection: String
  var documents: [Document]

  /// Documents of a request.
  static let limit = 10_000
  static let nameLimit = 512

  /// Reads a JSON request: one document, or a list of them.
  ///
  /// - Throws: `ServiceError.invalidRequest`, naming the member.
  init(_ fields: RequestFields, standard: String) throws {
    collection = try fields.text("collection", atMost: 64) ?? standard
    let entries = try fields.objects("documents", atMost: Self.limit) ?? [fields]
    guard !entries.isEmpty else {
      throw ServiceError(.invalidRequest, "'documents' is empty: send at least one", parameter: "documents")
    }
    documents = []
    for (index, entry) in entries.enumerated() {
      let name = try entry.text("name", atMost: Self.nameLimit)
      let id = try entry.text("id", atMost: Self.nameLimit) ?? name
      guard let id else {
        throw ServiceError(
          .invalidRequest, "document \(index) has neither 'id' nor 'name': one of them is its identity",
          parameter: "documents")
      }
      let text = try entry.text("text", atMost: 64 << 20)
      let encoded = try entry.text("content_base64", atMost: 64 << 20)
      let bytes: [UInt8]
      switch (text, encoded) {
      case (let text?, nil): bytes = Array(text.utf8)
      case (nil, let encoded?):
        guard let data = Data(base64Encoded: encoded) else {
          throw ServiceError(
            .invalidRequest, "'content_base64' of document \(index) is no base64", parameter: "content_base64"
          )
        }
        bytes = Array(data)
      default:
        throw ServiceError(
          .invalidRequest, "document \(index) needs either 'text' or 'content_base64'", parameter: "text")
      }
      try add(
        id: id, name: name ?? (text != nil ? "text.txt" : id), bytes: bytes,
        metadata: try Self.metadata(entry.object("metadata")?.all ?? []), access: try entry.texts("access"))
    }
  }

  /// Reads a form with files.
  init(form: MultipartForm, standard: String) throws {
    collection = form.text("collection") ?? standard
    let access = form.text("access").map { text in
      text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
    var metadata: [String: MetadataValue] = [:]
    if let text = form.text("metadata"), !text.isEmpty {
      metadata = try Self.metadata(try RequestFields(json: Array(text.utf8)).all)
    }
    documents = []
    for file in form.files {
      try add(id: file.name, name: file.name, bytes: file.bytes, metadata: metadata, access: access)
    }
    guard !documents.isEmpty else { throw ServiceError(.invalidRequest, "the form holds no file") }
  }

  private mutating func add(
    id: String, name: String, bytes: [UInt8], metadata: [String: MetadataValue], access: [String]?
  ) throws {
    // An identity is shown in paths and logs, and never opened as a file.
    let isClean = id.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
    guard isClean, !id.isEmpty, !id.split(separator: "/").contains(".."), !id.hasPrefix("/") else {
      throw ServiceError(
        .invalidRequest,
        "'\(id.prefix(100))' cannot be a document's identity: no '..', no control characters, no "
          + "'/' at the start", parameter: "id")
    }
    guard !documents.contains(where: { DocumentPath($0.id) == DocumentPath(id) }) else {
      throw ServiceError(
        .invalidRequest, "two documents have the identity '\(id.prefix(100))'", parameter: "id")
    }
    var metadata = metadata
    if let access { metadata[AccessView.field] = .list(access) }
    documents.append(Document(id: id, name: name, bytes: bytes, metadata: metadata))
  }

  private static func metadata(_ members: [(String, JSONValue)]) throws -> [String: MetadataValue] {
    var metadata: [String: MetadataValue] = [:]
    for (name, value) in members {
      guard let known = MetadataValue(value) else {
        throw ServiceError(
          .invalidRequest, "metadata.\(name) must be a string, a number, true or false, or a list of strings",
          parameter: "metadata." + name)
      }
      metadata[name] = known
    }
    return metadata
  }

  /// Sees to it that the sender sees what they send, and gives nothing to others that they could not see.
  mutating func limit(to caller: Caller) throws(ServiceError) {
    guard let held = caller.labels else { return }
    for index in documents.indices {
      switch documents[index].metadata[AccessView.field] {
      case nil:
        // What is said inside the document cannot widen this.
        if !held.isEmpty { documents[index].metadata[AccessView.field] = .list(held) }
      case .list(let labels) where !labels.isEmpty && Set(labels).isSubset(of: held): break
      case .string(let label) where held.contains(label): break
      default:
        throw ServiceError(
          .forbidden,
          "this key holds the labels \(held.joined(separator: ", ")): 'access' must be among them",
          parameter: "access")
      }
    }
  }
}
