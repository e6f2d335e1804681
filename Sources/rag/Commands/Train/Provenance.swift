import Crypto
import Foundation
import Storage
import Tracking

/// What made a model: this program, and the code around the settings.
enum Provenance {
  /// Tags of a run.
  ///
  /// - Parameter folder: in the repository whose commit is meant.
  static func tags(folder: String) -> [String: String] {
    var tags = ["rag.version": RagCommand.configuration.version]
    tags[TrackingStore.binaryTag] = binaryDigest
    if let commit = git(["rev-parse", "HEAD"], folder) {
      tags[TrackingStore.commitTag] = commit
      tags[TrackingStore.changesTag] = git(["status", "--porcelain", "--untracked-files=no"], folder).map {
        $0.isEmpty ? "false" : "true"
      }
    }
    return tags
  }

  /// SHA-256 of the running program; `nil` where it cannot be read.
  private static var binaryDigest: String? {
    guard let handle = FileHandle(forReadingAtPath: "/proc/self/exe") else { return nil }
    defer { try? handle.close() }
    var hash = SHA256()
    do {
      while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty { hash.update(data: part) }
    } catch {
      return nil
    }
    return Hex.string(hash.finalize())
  }

  /// What git says; `nil` where it isn't there or the folder is in no repository.
  private static func git(_ arguments: [String], _ folder: String) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
