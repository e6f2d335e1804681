import CCurl
import Foundation

/// How libcurl says that a transfer failed.
struct CurlFailure {
  var code: CURLcode
  /// libcurl's own words. Shown for TLS alone: others may quote a proxy's URL with its password.
  var text: String
  /// `errno`, 0 if none.
  var systemError: Int32
  var timer: TransferTimer
  var hasHead: Bool

  func error(target: String) -> TransportError {
    if code == CURLE_OPERATION_TIMEDOUT {
      let kind: TransportDeadlines.Kind = timer.isConnecting ? .connect : .total
      return .timeout(
        kind, target: target, limit: timer.limit(of: kind), isAfterFirstByte: hasHead,
        curlCode: Int32(code.rawValue))
    }
    let (kind, what, advice) = words
    let detail = systemError == 0 ? "" : " (\(String(cString: strerror(systemError))))"
    return TransportError(
      kind, "\(target): \(what)\(detail). \(advice)", curlCode: Int32(code.rawValue),
      isAfterFirstByte: hasHead)
  }

  private var words: (TransportError.Code, what: String, advice: String) {
    switch code {
    case CURLE_URL_MALFORMAT:
      (.badURL, "the URL cannot be read", "Give it as https://host[:port]/path.")
    case CURLE_COULDNT_RESOLVE_HOST:
      (.resolve, "no address for the host", "Check its name and the name server.")
    case CURLE_COULDNT_RESOLVE_PROXY:
      (.resolve, "no address for the proxy", "Check http_proxy, https_proxy and no_proxy in the environment.")
    case CURLE_PROXY:
      (.connect, "the proxy failed", "Check http_proxy, https_proxy and no_proxy in the environment.")
    case CURLE_COULDNT_CONNECT:
      (.connect, "no connection", "Check that the server runs and that host and port are right.")
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND,
      CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
      (
        .tls, "no TLS session" + (text.isEmpty ? "" : ": " + text),
        "Check that the port speaks TLS and that its certificate is trusted."
      )
    case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2,
      CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
      (.reset, "the connection ended in the middle", "Try again; if it persists, look at the server's log.")
    case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
      (.badResponse, "the response is not HTTP", "Check that the port is that of an HTTP server.")
    case CURLE_FILESIZE_EXCEEDED:
      (.tooLarge, "the response is too large", "Ask for less.")
    default:
      (
        .other, String(cString: curl_easy_strerror(code)).lowercased(),
        "This is libcurl's error \(code.rawValue)."
      )
    }
  }
}
