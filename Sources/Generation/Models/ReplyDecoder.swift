/// Reads one provider's stream of records. One value a reply.
protocol ReplyDecoder: Sendable {
  /// Takes a record in.
  ///
  /// - Returns: what it adds to the reply.
  /// - Throws: `GenerationError` for an error that the server sends inside the stream, and for garbage.
  mutating func decode(_ record: StreamFraming.Record) throws(GenerationError) -> [ModelEvent]

  /// Takes a whole answer in, from a server that does not stream.
  mutating func decodeWhole(_ body: [UInt8]) throws(GenerationError) -> [ModelEvent]

  /// How the reply ended; `nil` where the stream broke off before its end.
  var finish: ModelFinish? { get }

  /// Whether no record can add anything: what follows is not waited for.
  var isComplete: Bool { get }
}

extension GenerationError {
  static func unreadable(_ underlying: any Error) -> GenerationError {
    GenerationError(
      .modelFailed, "the language model's answer cannot be read: it is not what its API promises",
      underlying: underlying)
  }
}
