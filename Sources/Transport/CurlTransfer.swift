import CCurl

/// One request on its way through libcurl; lives on the transport's thread.
final class CurlTransfer {
  let channel: TransferChannel
  let easy: UnsafeMutableRawPointer
  var timer: TransferTimer
  /// Without its body, once libcurl has a copy.
  private var request: TransportRequest
  private let target: RequestTarget
  private let headerList: CurlHeaderList
  private var parser = ResponseHeadParser()
  private var bodyBytes = 0
  /// Why a callback told libcurl to stop.
  private var abortion: TransportError?
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  /// Prepares the handle; nothing is sent yet.
  ///
  /// The handle points at `self` without owning it, so `self` must stay alive until it is off the multi handle.
  ///
  /// - Throws: `TransportError` with `.badRequest` for a header that cannot be sent.
  init(
    _ request: TransportRequest, target: RequestTarget, channel: TransferChannel,
    options: CurlTransport.Options, start: ContinuousClock.Instant
  ) throws(TransportError) {
    guard let easy = curl_easy_init() else { throw TransportError(.other, "Out of memory.") }
    do {
      headerList = try CurlHeaderList(request)
    } catch {
      curl_easy_cleanup(easy)
      throw error
    }
    self.easy = easy
    self.request = request
    self.target = target
    self.channel = channel
    timer = TransferTimer(request.deadlines, start: start)
    configure(options)
    configureRequest()
    self.request.body = nil
    configureCallbacks()
  }

  deinit {
    curl_easy_cleanup(easy)
    errorText.deallocate()
  }

  private func configure(_ options: CurlTransport.Options) {
    rag_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    rag_curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    rag_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
    rag_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
    rag_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
    if let file = options.certificateFile { rag_curl_set_string(easy, CURLOPT_CAINFO, file) }
    if options.proxy == .direct { rag_curl_set_string(easy, CURLOPT_PROXY, "") }
    rag_curl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    rag_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    // One TLS connection that can carry many requests beats one a request; plain HTTP gains nothing by waiting.
    rag_curl_set_long(easy, CURLOPT_PIPEWAIT, target.isSecure ? 1 : 0)
    rag_curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
    rag_curl_set_quick_exit(easy)
    if let connect = request.deadlines.connect {
      // The timer decides; this lets libcurl share the time among the addresses of a name.
      rag_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, connect.wholeMilliseconds))
    }
  }

  private func configureRequest() {
    rag_curl_set_string(easy, CURLOPT_URL, request.url)
    rag_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headerList.list)
    if request.headers["Accept-Encoding"] == nil {
      rag_curl_set_string(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate")
    }
    if let credentials = request.credentials {
      rag_curl_set_string(easy, CURLOPT_AWS_SIGV4, "aws:amz:\(credentials.region):s3")
      rag_curl_set_string(easy, CURLOPT_USERNAME, credentials.accessKey.secret)
      rag_curl_set_string(easy, CURLOPT_PASSWORD, credentials.secretKey.secret)
    }
    switch (request.method, request.body) {
    case (.get, nil): rag_curl_set_long(easy, CURLOPT_HTTPGET, 1)
    case (.head, nil): rag_curl_set_long(easy, CURLOPT_NOBODY, 1)
    case (.post, nil): sendBody([])
    case (_, nil): break
    case (_, let body?): sendBody(body)
    }
    if request.method != .get && request.method != .head && request.method != .post || request.body != nil {
      rag_curl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }
  }

  private func sendBody(_ body: [UInt8]) {
    rag_curl_set_long(easy, CURLOPT_POST, 1)
    rag_curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
    if body.isEmpty {
      rag_curl_set_string(easy, CURLOPT_COPYPOSTFIELDS, "")
    } else {
      body.withUnsafeBytes { bytes in
        _ = rag_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
      }
    }
  }

  private func configureCallbacks() {
    let context = Unmanaged.passUnretained(self).toOpaque()
    rag_curl_set_pointer(easy, CURLOPT_PRIVATE, context)
    rag_curl_set_pointer(easy, CURLOPT_PREREQDATA, context)
    rag_curl_set_prereq_callback(easy) { context, _, _, _, _ in
      guard let context else { return CURL_PREREQFUNC_ABORT }
      Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().timer.connected(at: .now)
      return CURL_PREREQFUNC_OK
    }
    rag_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    rag_curl_set_data_callback(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
      guard let data, let context else { return 0 }
      let line = UnsafeRawBufferPointer(start: data, count: size * count)
      return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().take(line: line)
    }
    rag_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    rag_curl_set_data_callback(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
      guard let data, let context else { return 0 }
      let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
      return Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue().take(bytes: bytes)
    }
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    rag_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
  }

  /// - Returns: the bytes taken; another count than given makes libcurl stop.
  private func take(line: UnsafeRawBufferPointer) -> Int {
    timer.received(at: .now)
    switch parser.take(line) {
    case .needsMore:
      return line.count
    case .complete(let head):
      let announced = head.headers["Content-Length"].flatMap { Int($0) } ?? 0
      if request.method != .head, announced > request.maximumBodyBytes {
        return abort(.tooLarge(limit: request.maximumBodyBytes, target: target.display))
      }
      channel.receive(head: head)
      return line.count
    case .tooLarge:
      return abort(.tooLarge(limit: ResponseHeadParser.maximumBytes, target: target.display))
    }
  }

  private func take(bytes: UnsafeRawBufferPointer) -> Int {
    guard bytes.count <= request.maximumBodyBytes - bodyBytes else {
      return abort(.tooLarge(limit: request.maximumBodyBytes, target: target.display))
    }
    guard !bytes.isEmpty else { return 0 }
    switch channel.receive(bytes) {
    case .taken:
      timer.received(at: .now)
      bodyBytes += bytes.count
      return bytes.count
    case .pause:
      timer.paused()
      return Int(CURL_WRITEFUNC_PAUSE)
    case .refused:
      return abort(.cancelled(target: target.display, isAfterFirstByte: true))
    }
  }

  private func abort(_ error: TransportError) -> Int {
    abortion = error
    return 0
  }

  /// Tells the reader how libcurl ended the transfer.
  func finish(_ result: CURLcode) {
    guard result != CURLE_OK else {
      channel.end(parser.isComplete ? .success(()) : .failure(noHead))
      return
    }
    let error =
      abortion
      ?? CurlFailure(
        code: result, text: String(cString: errorText), systemError: systemError, timer: timer,
        hasHead: parser.isComplete
      ).error(target: target.display)
    channel.end(.failure(error))
  }

  /// Tells the reader that a deadline has passed.
  func expire(_ kind: TransportDeadlines.Kind) {
    channel.end(
      .failure(
        .timeout(
          kind, target: target.display, limit: timer.limit(of: kind), isAfterFirstByte: parser.isComplete)))
  }

  /// Tells the reader that the transport goes.
  func shutDown() {
    channel.end(.failure(.shutDown(target: target.display, isAfterFirstByte: parser.isComplete)))
  }

  private var noHead: TransportError {
    TransportError(
      .badResponse, "\(target.display): a response without a head. Check that an HTTP server listens there.")
  }

  private var systemError: Int32 {
    var value = 0
    rag_curl_get_long(easy, CURLINFO_OS_ERRNO, &value)
    return Int32(truncatingIfNeeded: value)
  }
}
