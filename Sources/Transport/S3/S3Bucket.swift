import Crypto
import Foundation
import Storage

/// Objects under the prefix of an `S3Address`. Calls wait; keys stand below the prefix.
///
/// - Source: Amazon S3 API reference (PutObject, GetObject, DeleteObject, ListObjectsV2, multipart uploads).
package struct S3Bucket: Sendable {
  package struct Object: Hashable, Sendable {
    package var key: String
    package var bytes: Int
    /// Seconds since 1970.
    package var modified: Double
    /// What changes with its contents.
    package var tag: String?
    /// Of an upload that isn't complete.
    package var upload: String?
  }

  package let address: S3Address
  private let transport: any HTTPTransport
  /// Larger files go in parts of this size, or in 10,000 parts.
  private let partBytes: Int
  private static let mostParts = 10_000

  package init(_ address: S3Address, transport: any HTTPTransport, partBytes: Int = 32 << 20) {
    self.address = address
    self.transport = transport
    self.partBytes = partBytes
  }

  // MARK: Writing

  package func put(_ bytes: [UInt8], at key: String) throws(S3Error) {
    try wait { bucket in _ = try await bucket.send(.put, key, body: bytes) }
  }

  /// Sends a file, with no more than a part of it in memory.
  ///
  /// - Parameter bytes: its size.
  package func put(file path: String, bytes: Int, at key: String) throws(S3Error) {
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      throw S3Error(.failed, "\(path): cannot be read: \(error)", underlying: error)
    }
    defer { try? handle.close() }
    try wait { bucket in
      guard bytes > bucket.partBytes else {
        let whole = try handle.readToEnd() ?? Data()
        return _ = try await bucket.send(.put, key, body: Array(whole))
      }
      try await bucket.putParts(handle, bytes: bytes, at: key)
    }
  }

  private func putParts(_ handle: FileHandle, bytes: Int, at key: String) async throws {
    let begun = S3Answer(try await send(.post, key, query: "uploads=", body: []).body)
    guard let upload = begun.fields["UploadId"], !upload.isEmpty else {
      throw S3Error(.failed, "\(address): an upload was begun without an id")
    }
    do {
      let size = max(partBytes, (bytes + Self.mostParts - 1) / Self.mostParts)
      var list = "<CompleteMultipartUpload>"
      var number = 1
      while let part = try handle.read(upToCount: size), !part.isEmpty {
        let query = "partNumber=\(number)&uploadId=\(S3Address.encoded(upload))"
        let answer = try await send(.put, key, query: query, body: Array(part))
        let tag = (answer.headers["ETag"] ?? "").replacing("\"", with: "&quot;")
        list += "<Part><PartNumber>\(number)</PartNumber><ETag>\(tag)</ETag></Part>"
        number += 1
      }
      list += "</CompleteMultipartUpload>"
      let query = "uploadId=\(S3Address.encoded(upload))"
      let done = S3Answer(try await send(.post, key, query: query, body: Array(list.utf8)).body)
      // What fails while it is put together is told in a body with status 200.
      if let code = done.fields["Code"] {
        throw S3Error(
          .failed, "\(address): the upload wasn't completed: \(code): \(done.fields["Message"] ?? "")")
      }
    } catch {
      _ = try? await send(.delete, key, query: "uploadId=\(S3Address.encoded(upload))")
      throw error
    }
  }

  package func delete(_ key: String, upload: String? = nil) throws(S3Error) {
    try wait { bucket in
      _ = try await bucket.send(.delete, key, query: upload.map { "uploadId=\(S3Address.encoded($0))" } ?? "")
    }
  }

  // MARK: Reading

  /// `nil` where there is no such object. For small ones.
  package func get(_ key: String) throws(S3Error) -> [UInt8]? {
    try wait { bucket in
      let answer = try await bucket.send(.get, key, missing: true)
      return answer.status == 404 ? nil : answer.body
    }
  }

  /// Writes an object into a new file, piece by piece.
  ///
  /// - Returns: SHA-256 of what was written; `nil` where there is no such object.
  package func get(_ key: String, to path: String) throws(S3Error) -> [UInt8]? {
    guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw S3Error(.failed, "\(path): cannot be made") }
    defer { try? handle.close() }
    return try wait { bucket in
      var request = bucket.request(.get, key, query: "", body: nil)
      request.deadlines.total = nil
      request.maximumBodyBytes = .max
      let stream = try await bucket.transport.stream(request)
      guard stream.status == 200 else {
        let body = try await stream.body.collect(upTo: 1 << 20)
        if stream.status == 404, S3Answer(body).fields["Code"] != "NoSuchBucket" { return nil }
        throw bucket.refused(
          TransportResponse(status: stream.status, headers: stream.headers, body: body), "GET")
      }
      var hash = SHA256()
      for try await piece in stream.body {
        piece.withUnsafeBytes { hash.update(bufferPointer: $0) }
        try handle.write(contentsOf: piece)
      }
      try handle.synchronize()
      return Array(hash.finalize())
    }
  }

  /// Objects whose keys begin with `start`, in order.
  package func list(_ start: String) throws(S3Error) -> [Object] {
    var objects: [Object] = []
    var token: String?
    repeat {
      let page = try list(start, after: token)
      objects += page.objects
      token = page.next
    } while token != nil
    return objects
  }

  /// A page of the objects whose keys begin with `start`, in order.
  ///
  /// - Parameter token: the `next` of the page before.
  package func list(_ start: String, after token: String?) throws(S3Error) -> (
    objects: [Object], next: String?
  ) {
    try wait { bucket in
      // In the order in which a signature has them.
      let more = token.map { "continuation-token=\(S3Address.encoded($0))&" } ?? ""
      let query = more + "list-type=2&prefix=\(S3Address.encoded(bucket.address.prefix + start))"
      let answer = S3Answer(try await bucket.send(.get, nil, query: query).body)
      return (
        answer.records.compactMap { bucket.object($0, time: "LastModified") },
        answer.fields["IsTruncated"] == "true" ? answer.fields["NextContinuationToken"] : nil
      )
    }
  }

  /// Uploads in parts that were begun and not completed.
  package func openUploads(_ start: String) throws(S3Error) -> [Object] {
    try wait { bucket in
      let query = "prefix=\(S3Address.encoded(bucket.address.prefix + start))&uploads="
      let answer = S3Answer(try await bucket.send(.get, nil, query: query).body)
      return answer.records.compactMap { bucket.object($0, time: "Initiated") }
    }
  }

  private func object(_ record: [String: String], time: String) -> Object? {
    guard let key = record["Key"], key.hasPrefix(address.prefix) else { return nil }
    let date = record[time].flatMap {
      try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse($0)
    }
    let plain = record[time].flatMap { try? Date.ISO8601FormatStyle().parse($0) }
    return Object(
      key: String(key.dropFirst(address.prefix.count)), bytes: record["Size"].flatMap { Int($0) } ?? 0,
      modified: (date ?? plain ?? .now).timeIntervalSince1970, tag: record["ETag"], upload: record["UploadId"]
    )
  }

  // MARK: Requests

  /// - Parameters:
  ///   - key: `nil` for the bucket.
  ///   - query: encoded, its names in order.
  ///   - missing: whether 404 for a key is an answer.
  private func send(
    _ method: TransportRequest.Method, _ key: String?, query: String = "", body: [UInt8]? = nil,
    missing: Bool = false
  ) async throws -> TransportResponse {
    let answer = try await transport.send(request(method, key, query: query, body: body))
    if missing, answer.status == 404, S3Answer(answer.body).fields["Code"] != "NoSuchBucket" { return answer }
    guard (200..<300).contains(answer.status) else { throw refused(answer, method.rawValue) }
    return answer
  }

  private func request(
    _ method: TransportRequest.Method, _ key: String?, query: String, body: [UInt8]?
  ) -> TransportRequest {
    let hash = Hex.string(SHA256.hash(data: body ?? []))
    var headers: TransportHeaders = ["x-amz-content-sha256": hash, "Accept-Encoding": "identity"]
    if body != nil { headers.set("Content-Type", "application/octet-stream") }
    if let token = address.credentials.sessionToken { headers.set("x-amz-security-token", token.secret) }
    let url = key.map(address.url) ?? address.base
    return TransportRequest(
      method, query.isEmpty ? url : url + "?" + query, headers: headers, body: body,
      credentials: address.credentials)
  }

  private func refused(_ answer: TransportResponse, _ method: String) -> S3Error {
    let said = S3Answer(answer.body).fields
    let code = said["Code"] ?? "status \(answer.status)"
    let advice: String =
      switch (answer.status, code) {
      case (301, _), (400, "AuthorizationHeaderMalformed"):
        ". Set artifacts.region to the bucket's region"
          + (answer.headers["x-amz-bucket-region"].map { ", \($0)" } ?? "")
      case (401, _), (403, _):
        ". Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, the clock, and that they may read, write, list and delete there"
      case (_, "NoSuchBucket"): ". Make the bucket first"
      default: ""
      }
    let message = address.credentials.secretKey.removed(from: said["Message"] ?? "")
    return S3Error(.failed, "\(address): \(method) was refused: \(code) \(message)\(advice)")
  }

  private func wait<Value: Sendable>(
    _ body: @escaping @Sendable (S3Bucket) async throws -> Value
  ) throws(S3Error) -> Value {
    do {
      return try Blocking.wait { try await body(self) }
    } catch let error as S3Error {
      throw error
    } catch let error as TransportError {
      throw S3Error(.failed, "\(address): \(error.message)", underlying: error)
    } catch {
      throw S3Error(.failed, "\(address): \(error)", underlying: error)
    }
  }
}
