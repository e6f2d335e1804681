/// Who signs a request to a service that speaks Amazon's protocol; libcurl makes the signature.
///
/// The request must say `x-amz-content-sha256`, the SHA-256 of its body, and a `Content-Type` where it has a body: what
/// libcurl would add itself isn't in the signature.
///
/// - Source: AWS Signature Version 4.
package struct AWSCredentials: Sendable {
  package var accessKey: APIKey
  package var secretKey: APIKey
  /// Of credentials that end by themselves.
  package var sessionToken: APIKey?
  package var region: String

  package init(accessKey: APIKey, secretKey: APIKey, sessionToken: APIKey? = nil, region: String) {
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.sessionToken = sessionToken
    self.region = region
  }
}
