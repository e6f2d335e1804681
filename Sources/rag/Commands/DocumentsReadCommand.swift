import ArgumentParser
import Documents
import Foundation
import HTTPService
import Storage

extension DocumentsCommand {
  /// Shows what the readers make of files, so that a wrong answer can be traced to what was read.
  struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what is read from files: text, structure, places and what was left out.",
      discussion: """
        Nothing is ingested. Each block stands behind its kind and its place: page, sheet or row, box in points from the
        page's top left corner, bytes of the file. Exit code 1 where a file could not be read.

        EXAMPLES
          rag documents read report.pdf
          rag documents read scan.png --json
        """)
    @Argument(help: "Files.") var paths: [String]
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let wiring = try Wiring(global)
      let limits = try wiring.settings.readingLimits()
      var failed = false
      for path in paths {
        do {
          let bytes = try Folder.readFile(path, limit: limits.fileBytes)
          let document = try readDocument(SourceFile(name: path, bytes: bytes), limits: limits)
          show(path, document)
        } catch {
          failed = true
          let reason = (error as? DocumentError)?.message ?? "\(error)"
          if global.json {
            Terminal.out(JSONValue.object([("path", .string(path)), ("error", .string(reason))]).description)
          } else {
            Terminal.note("failed: \(path): \(reason)")
          }
        }
      }
      if failed { throw ExitCode(1) }
    }

    private func show(_ path: String, _ document: ParsedDocument) {
      if global.json {
        Terminal.out(document.json(path).description)
        return
      }
      let bytes = Array(document.text.utf8)
      Terminal.out("\(path): \(document.format.rawValue)\(document.title.map { ", '\($0)'" } ?? "")")
      for note in document.notes {
        Terminal.out("  note: \(note.page.map { "page \($0): " } ?? "")\(note.note)")
      }
      for block in document.blocks {
        let place = document.places.place(of: block.range)
        let parts = [
          place.page.map { "page \($0)" }, place.pageName, place.row.map { "row \($0)" },
          place.box.map { "box \(Int($0.left)),\(Int($0.top)),\(Int($0.right)),\(Int($0.bottom))" },
          place.source.map { "bytes \($0.lowerBound)-\($0.upperBound)" },
        ].compactMap { $0 }
        Terminal.out("[\(block.kind.rawValue)\(parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))]")
        Terminal.out(String(decoding: bytes[block.range], as: UTF8.self))
      }
      for attachment in document.attachments {
        Terminal.out("  attached: \(attachment.name) (\(attachment.bytes.count) bytes)")
      }
    }
  }
}

extension ParsedDocument {
  fileprivate func json(_ path: String) -> JSONValue {
    let bytes = Array(text.utf8)
    return .object([
      ("path", .string(path)), ("format", .string(format.rawValue)), ("title", JSONValue(title)),
      (
        "notes",
        .array(notes.map { .object([("page", JSONValue($0.page)), ("note", .string($0.note))]) })
      ),
      (
        "blocks",
        .array(
          blocks.map { block in
            let place = places.place(of: block.range)
            return .object([
              ("kind", .string(block.kind.rawValue)), ("start", .integer(block.range.lowerBound)),
              ("end", .integer(block.range.upperBound)), ("page", JSONValue(place.page)),
              ("row", JSONValue(place.row)),
              (
                "box",
                place.box.map { .array([$0.left, $0.top, $0.right, $0.bottom].map { .number($0) }) } ?? .null
              ),
              ("source_start", JSONValue(place.source?.lowerBound)),
              ("source_end", JSONValue(place.source?.upperBound)),
              ("text", .string(String(decoding: bytes[block.range], as: UTF8.self))),
            ])
          })
      ),
      (
        "attachments",
        .array(
          attachments.map { .object([("name", .string($0.name)), ("bytes", .integer($0.bytes.count))]) })
      ),
    ])
  }
}
