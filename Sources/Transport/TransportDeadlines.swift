/// How long the phases of one request may take; `nil` means without limit.
package struct TransportDeadlines: Hashable, Sendable {
  /// Which deadline passed.
  package enum Kind: String, Hashable, Sendable {
    case connect, firstByte, idle, total
  }

  /// From the start to a usable connection: name lookup, proxy, TCP and TLS.
  package var connect: Duration?
  /// From the usable connection to the first line of the response; sending the body counts.
  package var firstByte: Duration?
  /// Between two arrivals of response bytes. Time in which the reader leaves bytes unread doesn't count.
  package var idle: Duration?
  /// From the start to the last byte; with retries, over all attempts and the waits between them.
  package var total: Duration?

  package init(
    connect: Duration? = .seconds(10), firstByte: Duration? = .seconds(60), idle: Duration? = .seconds(60),
    total: Duration? = .seconds(300)
  ) {
    self.connect = connect
    self.firstByte = firstByte
    self.idle = idle
    self.total = total
  }
}
