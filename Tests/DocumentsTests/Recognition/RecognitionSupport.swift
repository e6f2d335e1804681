import Foundation
import Testing

import Documents

/// What the tests of recognition share.
enum RecognitionSupport {
  static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]

  /// A picture made by `Fixtures/recognition/make.py`.
  static func source(_ name: String) throws -> SourceFile {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/recognition")
    return SourceFile(name: name, bytes: Array(try Data(contentsOf: folder.appending(path: name))))
  }

  /// Runs `body` with the path of a shell script that stands in for a program.
  static func withProgram<T>(_ script: String, _ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "program-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "program.sh")
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return try body(file.path)
  }

  /// Stands in for Tesseract: knows the languages, and does `script` for a picture.
  static func tesseract(_ script: String) -> String {
    "if [ \"$1\" = --list-langs ]; then printf 'List:\\ndeu\\neng\\n'; exit 0; fi\n\(script)"
  }
}
