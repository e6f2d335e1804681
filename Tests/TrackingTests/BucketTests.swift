import Catalog
import Crypto
import Foundation
import TestSupport
import Testing
import Tracking
import Transport

/// Files in a bucket.
@Suite struct BucketTests {
  private let folder = TemporaryFolder()

  /// Runs `body` beside a bucket.
  private func with(
    _ body: @escaping @Sendable (BucketDouble, _ url: String) async throws -> Void
  ) async throws {
    let bucket = BucketDouble()
    try await FaultServer.with({ request, _ in bucket.answer(request) }) { server in
      try await body(bucket, server.url)
    }
  }

  private static func environment(_ url: String, token: String? = nil) -> [String: String] {
    var variables = [
      "AWS_ACCESS_KEY_ID": BucketDouble.accessKey, "AWS_SECRET_ACCESS_KEY": BucketDouble.secret,
      "AWS_REGION": BucketDouble.region, "AWS_ENDPOINT_URL_S3": url,
    ]
    variables["AWS_SESSION_TOKEN"] = token
    return variables
  }

  private func store(
    _ url: String, home: String = "home", partBytes: Int = 1 << 20, copyLimit: Int = 1 << 30,
    token: String? = nil
  ) throws -> TrackingStore {
    try FileManager.default.createDirectory(atPath: folder(home), withIntermediateDirectories: true)
    let address = try S3Address("s3://logs/team", environment: Self.environment(url, token: token))
    return TrackingStore(
      catalog: try Catalog(path: folder("\(home)/catalog.sqlite"), createIfMissing: true), home: folder(home),
      bucket: S3Bucket(address, transport: try CurlTransport(), partBytes: partBytes), copyLimit: copyLimit)
  }

  private func copies(_ home: String = "home") -> [String] {
    let root = folder(home) + "/_artifacts/s3/copies"
    let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.count > 60 }.map { root + "/" + $0 }
  }

  private func read(_ tracking: TrackingStore, _ path: String) throws -> [UInt8] {
    Array(try tracking.artifacts.contents(try #require(try tracking.artifacts.file(path))))
  }

  @Test(arguments: [0, 1, 999, 1000, 1001, 5500], [nil, "FwoGZXIvYXdzE/a+b=="])
  func whatIsStoredIsReadBack(count: Int, token: String?) async throws {
    try await with { [self] bucket, url in
      let tracking = try store(url, partBytes: 1000, token: token)
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try tracking.artifacts.put(bytes, at: "0/run/file")
      let digest = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
      #expect(
        bucket.state.withLock { $0.objects["/logs/team/sha256/\(digest.prefix(2))/\(digest)"] } == bytes)
      for copy in copies() { try FileManager.default.removeItem(atPath: copy) }
      #expect(try read(tracking, "0/run/file") == bytes)
      #expect(copies().count == 1)
      #expect(!FileManager.default.fileExists(atPath: folder("home/_artifacts/sha256")))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder("home/_artifacts/incoming")).isEmpty)
      #expect(bucket.state.withLock { $0.parts.isEmpty })
    }
  }

  @Test func copiesStayWithinTheirLimit() async throws {
    try await with { [self] _, url in
      let tracking = try store(url, copyLimit: 2500)
      for number in 0..<5 {
        try tracking.artifacts.put([UInt8](repeating: UInt8(number), count: 1000), at: "f\(number)")
      }
      #expect(copies().count == 2)
      for number in 0..<5 {
        #expect(try read(tracking, "f\(number)") == [UInt8](repeating: UInt8(number), count: 1000))
      }
      #expect(copies().count == 2)
    }
  }

  @Test func whatWasDamagedIsFetchedAgainOrRefused() async throws {
    try await with { [self] bucket, url in
      let tracking = try store(url)
      try tracking.artifacts.put([1, 2, 3], at: "m/a")
      try Data([1, 2, 4]).write(to: URL(fileURLWithPath: copies()[0]))
      #expect(try read(tracking, "m/a") == [1, 2, 3])
      #expect(try tracking.artifacts.damaged(under: "m").isEmpty)

      let path = try #require(bucket.state.withLock { $0.objects.keys.first { $0.contains("sha256") } })
      bucket.state.withLock { $0.objects[path] = [1, 2, 4] }
      try FileManager.default.removeItem(atPath: copies()[0])
      #expect(try tracking.artifacts.damaged(under: "m") == ["a"])
      #expect(throws: TrackingError.self) { try read(tracking, "m/a") }
      bucket.state.withLock { $0.objects[path] = nil }
      #expect(try tracking.artifacts.damaged(under: "m") == ["a"])
      #expect(copies().isEmpty)
    }
  }

  @Test func anUploadThatFailsLeavesNoFile() async throws {
    try await with { [self] bucket, url in
      let tracking = try store(url, partBytes: 10)
      bucket.state.withLock { $0.failsToComplete = true }
      #expect(throws: TrackingError.self) {
        try tracking.artifacts.put([UInt8](repeating: 7, count: 25), at: "f")
      }
      #expect(try tracking.artifacts.file("f") == nil)
      #expect(bucket.state.withLock { $0.parts.isEmpty }, "it was aborted")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder("home/_artifacts/incoming")).isEmpty)
    }
  }

  /// Files that a home had before its bucket are read from where they lie.
  @Test func olderFilesStayWhereTheyAre() async throws {
    try await with { [self] bucket, url in
      try FileManager.default.createDirectory(atPath: folder("home"), withIntermediateDirectories: true)
      try TrackingStore(
        catalog: Catalog(path: folder("home/catalog.sqlite"), createIfMissing: true), home: folder("home")
      ).artifacts.put([9, 9], at: "older")
      let tracking = try store(url)
      #expect(try read(tracking, "older") == [9, 9])
      #expect(bucket.state.withLock { $0.objects.isEmpty })
    }
  }

  /// What nothing names goes where it is old; another home's prefix is left alone.
  @Test func garbageIsCollected() async throws {
    try await with { [self] bucket, url in
      let tracking = try store(url, partBytes: 10)
      for number in 0..<7 {
        try tracking.artifacts.put([UInt8](repeating: UInt8(number), count: 12), at: "f\(number)")
      }
      for number in 0..<3 { try tracking.artifacts.delete("f\(number)") }
      #expect(try tracking.artifacts.collectGarbage() == 0, "all are young")
      bucket.state.withLock { state in
        for path in state.objects.keys { state.modified[path] = BucketDouble.old }
        state.uploadPaths["broken off"] = "/logs/team/sha256/aa/x"
        state.parts["broken off"] = [1: [0]]
      }
      #expect(try tracking.artifacts.collectGarbage() == 36)
      #expect(bucket.state.withLock { $0.parts.isEmpty && $0.objects.count == 5 })
      for number in 3..<7 { #expect(try read(tracking, "f\(number)").count == 12) }

      let other = try store(url, home: "other")
      #expect(throws: TrackingError.self) { try other.artifacts.put([1], at: "f") }
      #expect(throws: TrackingError.self) { try other.artifacts.collectGarbage(olderThan: 0) }
      #expect(bucket.state.withLock { $0.objects.count == 5 })
    }
  }

  @Test func addressesAndErrors() async throws {
    func url(_ text: String, region: String? = "us-east-1", _ variables: [String: String] = [:]) throws
      -> String
    {
      let keys = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"].merging(variables) { $1 }
      return try S3Address(text, region: region, environment: keys).url("k")
    }
    #expect(try url("s3://bucket") == "https://bucket.s3.us-east-1.amazonaws.com/k")
    #expect(try url("s3://bucket/") == "https://bucket.s3.us-east-1.amazonaws.com/k")
    #expect(try url("s3://bucket//a/b/") == "https://bucket.s3.us-east-1.amazonaws.com/a/b/k")
    #expect(try url("s3://a.bucket/x") == "https://s3.us-east-1.amazonaws.com/a.bucket/x/k")
    #expect(
      try url("s3://bucket/x", ["AWS_ENDPOINT_URL": "http://127.0.0.1:9000/"])
        == "http://127.0.0.1:9000/bucket/x/k")
    for wrong in ["bucket", "s3://", "s3://B/x", "s3://bucket/a b", "s3://bucket/../x", "http://bucket/x"] {
      #expect(throws: S3Error.self, "\(wrong)") { try url(wrong) }
    }
    #expect(throws: S3Error.self) { try url("s3://bucket", region: nil) }
    #expect(throws: S3Error.self) { try url("s3://bucket", ["AWS_SECRET_ACCESS_KEY": ""]) }

    try await with { [self] _, url in
      var variables = Self.environment(url)
      variables["AWS_SECRET_ACCESS_KEY"] = "another"
      let address = try S3Address("s3://logs/x", environment: variables)
      let tracking = TrackingStore(
        catalog: try Catalog(path: folder("c.sqlite"), createIfMissing: true), home: folder("h"),
        bucket: S3Bucket(address, transport: try CurlTransport()))
      let error = #expect(throws: TrackingError.self) { try tracking.artifacts.put([1], at: "f") }
      #expect(
        error?.message.contains("AWS_SECRET_ACCESS_KEY") == true
          && error?.message.contains("another") == false)
      #expect(!"\(address.credentials)".contains("another"))
    }
  }
}
