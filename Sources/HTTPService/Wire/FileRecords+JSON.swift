import Catalog

extension FailureRecord {
  package var json: JSONValue { .object([("path", .string(path)), ("reason", .string(reason))]) }
}

extension SkippedRecord {
  package var json: JSONValue { .object([("path", .string(path)), ("reason", .string(reason))]) }
}

extension NoteRecord {
  package var json: JSONValue {
    .object([("path", .string(path)), ("page", JSONValue(page)), ("note", .string(note))])
  }
}

extension StaleState {
  /// What is told of a file whose last good version answers.
  package var json: JSONValue {
    .object([("reason", .string(reason)), ("since", .number(since)), ("tries", .integer(tries))])
  }
}

extension FileRecord {
  /// A file that cannot be read for now.
  package var staleJSON: JSONValue {
    .object([
      ("document_id", .string(id)), ("path", .string(uri)), ("reason", JSONValue(stale?.reason)),
      ("since", JSONValue(stale?.since)), ("tries", JSONValue(stale?.tries)),
    ])
  }
}
