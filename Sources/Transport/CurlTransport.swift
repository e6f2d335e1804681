import CCurl

/// Sends HTTP requests with libcurl.
///
/// All transfers share one thread and its connections, which are used again; HTTP/2 is used over TLS where the
/// server offers it. Redirects are not followed, certificates are always checked, only `http` and `https` are
/// spoken. When the last reference goes, the thread ends after what is under way is cancelled.
package final class CurlTransport: HTTPTransport {
  package struct Options: Hashable, Sendable {
    package enum Proxy: Sendable {
      /// What `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say.
      case environment
      case direct
    }

    package var proxy: Proxy
    /// PEM file of certificate authorities to trust in place of the system's.
    package var certificateFile: String?
    /// Idle connections kept for later requests.
    package var keptConnections: Int

    package init(
      proxy: Proxy = .environment, certificateFile: String? = nil, keptConnections: Int = 32
    ) {
      self.proxy = proxy
      self.certificateFile = certificateFile
      self.keptConnections = keptConnections
    }
  }

  private static let libraryStatus = curl_global_init(Int(CURL_GLOBAL_ALL))

  private let mailbox: CurlMailbox

  /// - Throws: `TransportError` when libcurl cannot be set up.
  package init(_ options: Options = Options()) throws(TransportError) {
    guard Self.libraryStatus == CURLE_OK, let multi = curl_multi_init() else {
      throw TransportError(.other, "libcurl cannot be set up; the process may be out of memory or of files.")
    }
    rag_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.keptConnections)
    mailbox = CurlMailbox(multi: multi)
    CurlLoop.start(mailbox, options)
  }

  deinit {
    mailbox.stop()
  }

  package func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
    let target = try RequestTarget(request.url)
    guard !Task.isCancelled else { throw .cancelled(target: target.display) }
    let hold = TransferHold(TransferChannel(id: mailbox.makeID(), target: target.display, mailbox: mailbox))
    guard mailbox.post(.start(request, target, hold.channel, at: .now)) else {
      throw .shutDown(target: target.display)
    }
    guard case .head(let head) = try await hold.channel.next() else {
      throw TransportError(.badResponse, "\(target.display): a response without a head.")
    }
    let body = TransportBody { () async throws(TransportError) -> [UInt8]? in
      guard case .bytes(let bytes) = try await hold.channel.next() else { return nil }
      return bytes
    }
    return TransportStream(status: head.status, headers: head.headers, body: body)
  }

  /// Cancels what is under way, closes all connections and returns when the thread has ended.
  ///
  /// Later requests throw `.cancelled`.
  package func shutdown() async {
    mailbox.stop()
    await mailbox.waitUntilClosed()
  }
}
