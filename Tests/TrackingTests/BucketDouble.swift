import Crypto
import Foundation
import Synchronization
import TestSupport

/// S3 in memory, as far as a store of files asks it. A request whose signature is another than the one computed here is
/// refused.
///
/// - Source: AWS Signature Version 4, "create a signed request".
final class BucketDouble: Sendable {
  struct State {
    /// By path, with the bucket.
    var objects: [String: [UInt8]] = [:]
    var modified: [String: String] = [:]
    var parts: [String: [Int: [UInt8]]] = [:]
    var uploadPaths: [String: String] = [:]
    /// What the next complete answer says in place of success.
    var failsToComplete = false
  }

  static let accessKey = "AKIDEXAMPLE"
  static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
  static let region = "eu-west-1"
  static let now = "2100-01-01T00:00:00.000Z"
  static let old = "2020-01-01T00:00:00Z"
  /// Objects a page of a listing.
  static let page = 2

  let state = Mutex(State())

  func answer(_ request: FaultServer.Request) -> [FaultServer.Step] {
    guard isSigned(request) else {
      return [.response(403, [], "<Error><Code>SignatureDoesNotMatch</Code></Error>")]
    }
    let parts = request.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(
      String.init)
    let path = parts[0]
    let query = Self.fields(parts.count > 1 ? parts[1] : "")
    return state.withLock { state in
      switch (request.method, query["uploadId"]) {
      case ("PUT", let upload?):
        state.parts[upload]?[Int(query["partNumber"] ?? "") ?? 0] = request.body
        return [.response(200, [("ETag", "\"part\(query["partNumber"] ?? "")\"")])]
      case ("POST", let upload?):
        guard !state.failsToComplete else {
          return [.response(200, [], "<Error><Code>InternalError</Code><Message>later</Message></Error>")]
        }
        guard let sent = state.parts.removeValue(forKey: upload) else { return [.response(404)] }
        let wanted = sent.keys.sorted().map {
          "<Part><PartNumber>\($0)</PartNumber><ETag>&quot;part\($0)&quot;</ETag></Part>"
        }.joined()
        guard String(decoding: request.body, as: UTF8.self).contains(">" + wanted + "<") else {
          return [.response(400, [], "<Error><Code>InvalidPart</Code></Error>")]
        }
        state.uploadPaths[upload] = nil
        state.objects[path] = sent.sorted { $0.key < $1.key }.flatMap(\.value)
        state.modified[path] = Self.now
        return [.response(200, [], "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>")]
      case ("DELETE", let upload?):
        state.parts[upload] = nil
        state.uploadPaths[upload] = nil
        return [.response(204)]
      case ("POST", nil):
        let upload = "an id+/= \(state.parts.count)"
        state.parts[upload] = [:]
        state.uploadPaths[upload] = path
        return [.response(200, [], "<R><UploadId>\(upload)</UploadId></R>")]
      case ("PUT", nil):
        state.objects[path] = request.body
        state.modified[path] = Self.now
        return [.response(200)]
      case ("DELETE", nil):
        state.objects[path] = nil
        return [.response(204)]
      case ("GET", _) where query["uploads"] != nil:
        let uploads = state.uploadPaths.sorted { $0.key < $1.key }.map {
          "<Upload><Key>\($1.dropFirst(6))</Key><UploadId>\($0)</UploadId><Initiated>\(Self.old)</Initiated></Upload>"
        }
        return [.response(200, [], "<L>\(uploads.joined())</L>")]
      case ("GET", _) where query["list-type"] != nil:
        return [.response(200, [], Self.listing(state, bucket: path, query))]
      default:
        guard let object = state.objects[path] else {
          return [.response(404, [], "<Error><Code>NoSuchKey</Code></Error>")]
        }
        return [.head(200, length: object.count), .bytes(object)]
      }
    }
  }

  private static func listing(_ state: State, bucket: String, _ query: [String: String]) -> String {
    let start = bucket + (bucket.hasSuffix("/") ? "" : "/") + (query["prefix"] ?? "")
    let paths = state.objects.keys.filter { $0.hasPrefix(start) }.sorted()
    let first = Int(query["continuation-token"]?.dropFirst(2) ?? "0") ?? 0
    let entries = paths.dropFirst(first).prefix(page).map {
      "<Contents><Key>\($0.dropFirst(6))</Key><Size>\(state.objects[$0]?.count ?? 0)</Size>"
        + "<LastModified>\(state.modified[$0] ?? old)</LastModified></Contents>"
    }
    let isCut = first + page < paths.count
    return
      "<L><IsTruncated>\(isCut)</IsTruncated><NextContinuationToken>+ \(first + page)</NextContinuationToken>"
      + entries.joined() + "</L>"
  }

  private static func fields(_ query: String) -> [String: String] {
    var fields: [String: String] = [:]
    for part in query.split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      fields[String(pair[0])] = pair.count > 1 ? String(pair[1]).removingPercentEncoding : ""
    }
    return fields
  }

  private func isSigned(_ request: FaultServer.Request) -> Bool {
    guard let authorization = request.header("authorization"), let time = request.header("x-amz-date") else {
      return false
    }
    var said: [String: String] = [:]
    for part in authorization.dropFirst("AWS4-HMAC-SHA256 ".count).split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1)
      said[pair[0].trimmingCharacters(in: .whitespaces)] = String(pair[1])
    }
    let day = String(time.prefix(8))
    let scope = "\(day)/\(Self.region)/s3/aws4_request"
    let body = SHA256.hash(data: request.body).map { String(format: "%02x", $0) }.joined()
    guard said["Credential"] == "\(Self.accessKey)/\(scope)", let names = said["SignedHeaders"],
      request.header("x-amz-content-sha256") == body, names.contains("x-amz-content-sha256")
    else { return false }
    let parts = request.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(
      String.init)
    let query = (parts.count > 1 ? parts[1] : "").split(separator: "&").sorted().joined(separator: "&")
    let headers = names.split(separator: ";").map {
      "\($0):\((request.header(String($0)) ?? "").trimmingCharacters(in: .whitespaces))\n"
    }
    let canonical = [request.method, parts[0], query, headers.joined(), names, body].joined(separator: "\n")
    let digest = SHA256.hash(data: Data(canonical.utf8)).map { String(format: "%02x", $0) }.joined()
    let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(digest)"
    var key = SymmetricKey(data: Data("AWS4\(Self.secret)".utf8))
    for part in [day, Self.region, "s3", "aws4_request"] {
      key = SymmetricKey(data: Data(HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key)))
    }
    let signature = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
    return said["Signature"] == signature.map { String(format: "%02x", $0) }.joined()
  }
}
