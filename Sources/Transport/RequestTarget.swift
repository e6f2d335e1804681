import CCurl

/// A checked URL, and how it may be shown.
struct RequestTarget: Sendable {
  /// Scheme, host, port and path.
  let display: String
  let isSecure: Bool

  /// - Throws: `TransportError` with `.badURL` unless `url` is an absolute `http` or `https` URL.
  init(_ url: String) throws(TransportError) {
    guard let handle = curl_url() else { throw TransportError(.other, "Out of memory.") }
    defer { curl_url_cleanup(handle) }
    let bytes = url.utf8
    guard !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
      throw TransportError(.badURL, "The URL has a space or a control character; percent-encode it.")
    }
    guard curl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
      let scheme = Self.part(CURLUPART_SCHEME, of: handle), let host = Self.part(CURLUPART_HOST, of: handle)
    else {
      throw TransportError(.badURL, "The URL cannot be read; give it as https://host[:port]/path.")
    }
    guard scheme == "http" || scheme == "https" else {
      throw TransportError(
        .badURL, "The URL is of another scheme than http or https; start it with one of these.")
    }
    let port = Self.part(CURLUPART_PORT, of: handle).map { ":" + $0 } ?? ""
    display = scheme + "://" + host + port + (Self.part(CURLUPART_PATH, of: handle) ?? "/")
    isSecure = scheme == "https"
  }

  private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
