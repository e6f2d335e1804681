import Foundation
import TestSupport
import Testing
import Transport

@Suite struct APIKeyTests {
  @Test func readsEnvironmentAndFile() throws {
    #expect(try APIKey(from: .environment("K"), environment: ["K": " sk-1\n"]).bearer == "Bearer sk-1")
    let folder = TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let path = folder("key")
    try Data("sk-2\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(try APIKey(from: .file(path)).secret == "sk-2")
  }

  @Test(
    arguments: [[:], ["K": ""], ["K": " \n"], ["K": "sk 1"], ["K": "sk\r\nX: y"], ["K": "ké"]]
      as [[String: String]])
  func refuses(environment: [String: String]) throws {
    do {
      _ = try APIKey(from: .environment("K"), environment: environment)
      Issue.record("no error")
    } catch {
      #expect(error.code == .badRequest)
      #expect(error.message.contains("environment variable K"))
      #expect(!error.message.contains("sk"))
    }
    #expect(throws: TransportError.self) { try APIKey(from: .file("/nonexistent/key")) }
  }

  @Test func isNeverShown() throws {
    let key = try APIKey(from: .environment("K"), environment: ["K": "sk-1"])
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, key.removed(from: "bad key sk-1, sk-1.")] {
      #expect(!text.contains("sk-1"))
    }
  }
}
