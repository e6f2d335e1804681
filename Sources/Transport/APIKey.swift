import Foundation

/// A credential for a service. Comes from the environment or a file, never from a configuration or a flag.
package struct APIKey: Sendable {
  package enum Source: Hashable, Sendable {
    /// Name of an environment variable.
    case environment(String)
    /// Path of a file that holds the key and nothing else; white space around it doesn't count.
    case file(String)
  }

  /// For request headers only.
  package let secret: String

  /// - Throws: `TransportError` with `.badRequest` when the source is missing, empty, or not a header value.
  package init(
    from source: Source, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(TransportError) {
    let text: String
    let place: String
    switch source {
    case .environment(let name):
      place = "environment variable \(name)"
      guard let value = environment[name] else {
        throw TransportError(.badRequest, "No API key: \(place) is not set. Set it, or name a key file.")
      }
      text = value
    case .file(let path):
      place = "key file \(path)"
      guard let data = FileManager.default.contents(atPath: path), data.count <= 64 << 10 else {
        throw TransportError(
          .badRequest, "No API key: \(place) cannot be read. Check its path and permissions.")
      }
      text = String(decoding: data, as: UTF8.self)
    }
    secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !secret.isEmpty, secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw TransportError(
        .badRequest, "No API key: \(place) is empty or holds something else. It must hold the key alone.")
    }
  }

  /// Value of an `Authorization` header.
  package var bearer: String { "Bearer " + secret }

  /// `text` without the key, should a service have repeated it.
  package func removed(from text: String) -> String {
    text.replacingOccurrences(of: secret, with: "[key]")
  }
}

/// Never shows the key.
extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "[key]" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["key": description]) }
}
