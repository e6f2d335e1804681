/// Pages that a browser has saved with their parts in one file (`.mht`, `.mhtml`).
///
/// - Source: RFC 2557 (MHTML), RFC 2387 (`multipart/related` and its `start`).
enum MHTMLPage {
  private static let deepest = 8

  /// The page's HTML, or `nil` where the file is no such container.
  ///
  /// - Throws: `.malformed` where it is one without a page.
  /// - Complexity: O(bytes).
  static func page(of source: SourceFile) throws(DocumentError) -> [UInt8]? {
    let start = source.bytes.prefix(64).first { $0 > 0x20 && $0 < 0x80 }
    guard let start, start != 0x3C else { return nil }
    let message = MIMEPart(source.bytes[...])
    guard message.hasFields, message.has("content-type") else { return nil }
    let type = message.contentType.main
    guard type.hasPrefix("multipart/") || (type == "text/html" && message.has("mime-version")) else {
      return nil
    }
    guard let bytes = html(message, depth: 1) else {
      throw DocumentError(.malformed, "'\(source.name)' holds no page of HTML; save it anew from a browser")
    }
    return bytes
  }

  private static func html(_ part: MIMEPart, depth: Int) -> [UInt8]? {
    let type = part.contentType
    if type.main == "text/html" || type.main == "application/xhtml+xml" {
      let bytes = MIMEText.decode(part.body, transferEncoding: part.transferEncoding)
      guard let charset = type.parameters["charset"] else { return bytes }
      // The mark keeps what the page says of its encoding from being believed again.
      return [0xEF, 0xBB, 0xBF] + MIMEText.text(bytes, charset: charset)
    }
    guard depth < deepest, type.main.hasPrefix("multipart/"), let boundary = type.parameters["boundary"]
    else { return nil }
    let parts = part.parts(boundary: boundary).map { MIMEPart($0) }
    if let start = type.parameters["start"],
      let root = parts.first(where: { $0.text("content-id") == start }),
      let found = html(root, depth: depth + 1)
    {
      return found
    }
    for inner in parts {
      if let found = html(inner, depth: depth + 1) { return found }
    }
    return nil
  }
}
