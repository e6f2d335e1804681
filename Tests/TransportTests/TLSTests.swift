import Foundation
import TestSupport
import Testing
import Transport

private let openssl = "/usr/bin/openssl"

/// Needs the `openssl` command for its certificate and its server.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: openssl)))
struct TLSTests {
  static func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: openssl)
    process.arguments = arguments
    process.standardInput = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  @Test func trustsOnlyCertificatesThatItWasToldToTrust() async throws {
    let folder = TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let certificate = folder("cert.pem")
    let key = folder("key.pem")
    try Self.start([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj",
      "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
    ]).waitUntilExit()
    let port = try await FaultServer.refusedPort()
    let server = try Self.start([
      "s_server", "-accept", "127.0.0.1:\(port)", "-www", "-quiet", "-cert", certificate, "-key", key,
    ])
    defer { server.terminate() }

    let trusting = try CurlTransport(.init(proxy: .direct, certificateFile: certificate))
    var status: Int?
    for _ in 0..<100 where status == nil {
      status = try? await trusting.send(TransportRequest(.get, "https://localhost:\(port)/")).status
      if status == nil { try await Task.sleep(for: .milliseconds(20)) }
    }
    #expect(status == 200)

    let strict = try CurlTransport(.init(proxy: .direct))
    for (transport, url) in [
      (strict, "https://localhost:\(port)/"), (trusting, "https://127.0.0.1:\(port)/"),
    ] {
      let error = await failure { () async throws(TransportError) in
        _ = try await transport.send(TransportRequest(.get, url))
      }
      #expect(error?.code == .tls)
      #expect(error?.curlCode == 60)
    }
  }

  @Test func aServerWithoutTLS() async throws {
    try await FaultServer.with({ _, _ in [.response()] }) { server in
      let error = await failure { () async throws(TransportError) in
        _ = try await CurlTransport(.init(proxy: .direct)).send(
          TransportRequest(.get, "https://127.0.0.1:\(server.port)/"))
      }
      #expect(error?.code == .tls)
    }
  }
}
