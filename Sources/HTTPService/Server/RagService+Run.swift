import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

extension RagService {
  /// Serves until SIGTERM or SIGINT: then nothing new is taken on, and what runs is brought to its end.
  ///
  /// - Parameter onStart: is told the port when requests can come.
  /// - Throws: `ServiceError.forbidden` for an address that others reach while there is no key, and what binding throws.
  package func run(onStart: @escaping @Sendable (_ port: Int) -> Void) async throws {
    try requireKeyBeyondLoopback()
    let (shelf, host) = (shelf, configuration.host)
    let application = try application { port in
      shelf.begin(as: "\(host):\(port)")
      onStart(port)
    }
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(service: answers), .init(service: jobs), .init(service: drift), .init(service: registry),
      .init(service: Drain(readiness: readiness)),
    ]
    if let traces { services.insert(.init(service: traces), at: 0) }
    // Ended in the order from last to first: the port closes before what its requests need.
    services.append(.init(service: application, failureTerminationBehavior: .gracefullyShutdownGroup))
    var group = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quietLogger)
    group.maximumGracefulShutdownDuration = .seconds(configuration.drainSeconds)
    defer { shelf.end() }
    try await ServiceGroup(configuration: group).run()
  }

  /// - Throws: `ServiceError.forbidden`.
  package func requireKeyBeyondLoopback() throws {
    guard !configuration.isLoopback, try !keys.areNeeded() else { return }
    throw ServiceError(
      .forbidden,
      "\(configuration.host) can be reached from other machines, and there is no key. Make one with 'rag keys create "
        + "NAME --scope query', or listen on 127.0.0.1")
  }

  /// The server without its life cycle; for tests too.
  package func application(
    onStart: @escaping @Sendable (_ port: Int) -> Void = { _ in }
  ) throws -> some ApplicationProtocol {
    var channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [self.watch.handler()],
      idleTimeout: .seconds(Int64(configuration.idleSeconds)))
    channel.httpDecoder = HTTP1Channel.Configuration.DecoderConfiguration(
      maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 128)
    let server: HTTPServerBuilder
    if let certificate = configuration.tlsCertificate, let key = configuration.tlsKey {
      server = try .tls(
        .http1(configuration: channel), tlsConfiguration: Self.tls(certificate: certificate, key: key))
    } else {
      server = .http1(configuration: channel)
    }
    return Application(
      responder: router().buildResponder(), server: server,
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), backlog: 1024,
        availableConnectionsDelegate: MaximumAvailableConnections(
          configuration.maximumConnections, logger: Self.quietLogger)),
      onServerRunning: { channel in onStart(channel.localAddress?.port ?? 0) }, logger: Self.quietLogger)
  }

  /// TLS 1.2 and newer, with the certificates of a PEM file.
  private static func tls(certificate: String, key: String) throws -> TLSConfiguration {
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(certificate).map {
        NIOSSLCertificateSource.certificate($0)
      }
      let secret = try NIOSSLPrivateKey(file: key, format: .pem)
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain, privateKey: .privateKey(secret))
      configuration.minimumTLSVersion = .tlsv12
      configuration.applicationProtocols = ["http/1.1"]
      return configuration
    } catch {
      throw ServiceError(
        .invalidRequest,
        "server.tls_certificate and server.tls_key must be PEM files that can be read: \(error)")
    }
  }

  /// Libraries below log nothing: what matters is in our own log.
  private static let quietLogger = Logger(label: "rag") { _ in SwiftLogNoOpLogHandler() }
}

/// Says that the end has come, so that load balancers send no more.
private struct Drain: Service {
  let readiness: Readiness

  func run() async throws {
    try? await gracefulShutdown()
    readiness.drain()
  }
}
