import CCurl

/// The header lines of a request as libcurl wants them.
final class CurlHeaderList {
  private(set) var list: UnsafeMutablePointer<curl_slist>?

  /// - Throws: `TransportError` with `.badRequest` for a name that is no token or a value with a line break.
  init(_ request: TransportRequest) throws(TransportError) {
    for field in request.headers.fields {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isToken) else {
        throw TransportError(.badRequest, "A header name has a character that names cannot have.")
      }
      guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
        throw TransportError(
          .badRequest,
          "The value of header \(field.name) has a control character; remove line breaks from it.")
      }
      // A name with a semicolon is libcurl's way to send a header without a value.
      try append(
        field.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
          ? field.name + ";" : field.name + ": " + field.value)
    }
    // A name without a value is signed, but not sent.
    guard request.credentials == nil else { return }
    // Without these, libcurl would wait for "100 Continue" and call every body a form.
    if request.headers["Expect"] == nil { try append("Expect:") }
    if request.headers["Content-Type"] == nil { try append("Content-Type:") }
  }

  deinit {
    curl_slist_free_all(list)
  }

  private func append(_ line: String) throws(TransportError) {
    guard let longer = curl_slist_append(list, line) else { throw TransportError(.other, "Out of memory.") }
    list = longer
  }

  /// RFC 9110 section 5.6.2.
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
    default: false
    }
  }
}
