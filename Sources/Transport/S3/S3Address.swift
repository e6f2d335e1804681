import Foundation

/// A place in a bucket of Amazon's S3, or of a server that speaks its protocol, and who may use it.
package struct S3Address: Sendable {
  package let bucket: String
  /// What keys begin with; "" or text that ends with a slash.
  package let prefix: String
  package let credentials: AWSCredentials
  /// URL that keys are appended to.
  let base: String

  /// - Parameters:
  ///   - text: `s3://bucket` or `s3://bucket/prefix`.
  ///   - region: `nil` takes what the environment says.
  ///   - endpoint: URL of another server than Amazon's; `nil` takes what the environment says.
  ///   - setting: what the text is called where it was given, for errors; `region` and `endpoint` stand beside it.
  ///   - environment: has `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, maybe `AWS_SESSION_TOKEN`, `AWS_REGION`,
  ///     `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`.
  /// - Throws: `.invalid` for another form, and where credentials or region are missing.
  package init(
    _ text: String, region: String? = nil, endpoint: String? = nil, setting: String = "artifacts.s3",
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(S3Error) {
    let beside = setting.split(separator: ".").dropLast().map { $0 + "." }.joined()
    let parts = text.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let bucket = parts.first.map(String.init) ?? ""
    let prefix =
      parts.count > 1 ? parts[1].split(separator: "/").map { $0 + "/" }.joined() : ""
    guard text.hasPrefix("s3://"), (3...63).contains(bucket.utf8.count),
      bucket.utf8.allSatisfy({ Self.isDigitOrLower($0) || $0 == 0x2D || $0 == 0x2E })
    else {
      throw S3Error(.invalid, "\(setting) must be s3://bucket/prefix, not '\(text)'")
    }
    guard prefix.utf8.count <= 512, prefix.utf8.allSatisfy(Self.isPlain), !prefix.contains("..") else {
      throw S3Error(
        .invalid, "\(setting): the prefix '\(prefix)' may have letters, digits, - _ . and / alone")
    }
    let region = region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
    guard let region, !region.isEmpty, region.utf8.allSatisfy({ Self.isDigitOrLower($0) || $0 == 0x2D })
    else {
      throw S3Error(
        .invalid, "\(setting): name the bucket's region with \(beside)region or AWS_REGION")
    }
    self.bucket = bucket
    self.prefix = prefix
    do {
      credentials = AWSCredentials(
        accessKey: try APIKey(from: .environment("AWS_ACCESS_KEY_ID"), environment: environment),
        secretKey: try APIKey(from: .environment("AWS_SECRET_ACCESS_KEY"), environment: environment),
        sessionToken: environment["AWS_SESSION_TOKEN"] == nil
          ? nil : try APIKey(from: .environment("AWS_SESSION_TOKEN"), environment: environment),
        region: region)
    } catch {
      throw S3Error(.invalid, "\(setting): \(error.message)", underlying: error)
    }
    let endpoint = endpoint ?? environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"]
    if let endpoint {
      guard endpoint.hasPrefix("http://") || endpoint.hasPrefix("https://") else {
        throw S3Error(.invalid, "\(beside)endpoint must be an http or https URL, not '\(endpoint)'")
      }
      base = (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/\(bucket)/"
    } else if bucket.contains(".") {
      // A certificate for all buckets covers names without dots alone.
      base = "https://s3.\(region).amazonaws.com/\(bucket)/"
    } else {
      base = "https://\(bucket).s3.\(region).amazonaws.com/"
    }
  }

  /// - Parameter key: below the prefix.
  package func url(_ key: String) -> String {
    base + prefix
      + key.split(separator: "/", omittingEmptySubsequences: false).map { Self.encoded($0) }.joined(
        separator: "/")
  }

  /// RFC 3986's unreserved characters alone stay.
  static func encoded(_ text: some StringProtocol) -> String {
    text.utf8.map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
      default: String(format: "%%%02X", byte)
      }
    }.joined()
  }

  private static func isDigitOrLower(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    isDigitOrLower(byte) || (0x41...0x5A).contains(byte) || [0x2D, 0x2E, 0x2F, 0x5F].contains(byte)
  }
}

extension S3Address: CustomStringConvertible {
  package var description: String { "s3://\(bucket)/\(prefix)" }
}
