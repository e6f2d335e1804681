import Foundation

/// The prompts: those of a folder, and where it has none of a name, those that the binary carries.
package struct PromptLibrary: Sendable {
  private static let builtIn: [(name: String, bytes: [UInt8])] = [
    ("answer", PackageResources.answer_mustache),
    ("hypothesis", PackageResources.hypothesis_mustache),
    ("judge-faithfulness", PackageResources.judge_faithfulness_mustache),
    ("judge-relevance", PackageResources.judge_relevance_mustache),
    ("queries", PackageResources.queries_mustache),
    ("question", PackageResources.question_mustache),
    ("rewrite", PackageResources.rewrite_mustache),
  ]

  private let folder: String?

  /// - Parameter folder: `nil` leaves those of the binary.
  package init(folder: String? = nil) {
    self.folder = folder
  }

  /// All names, sorted.
  package var names: [String] {
    let files = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0) } ?? []
    let own = files.filter { $0.hasSuffix(".mustache") }.map { String($0.dropLast(".mustache".count)) }
    return Set(own + Self.builtIn.map(\.name)).sorted()
  }

  /// Whether the prompt comes from the folder.
  package func isOwn(_ name: String) -> Bool {
    folder.map { FileManager.default.fileExists(atPath: $0 + "/" + name + ".mustache") } ?? false
  }

  /// - Throws: `GenerationError.promptInvalid` for a name that is not there, and for a template with mistakes.
  package func template(_ name: String) throws(GenerationError) -> PromptTemplate {
    guard names.contains(name) else {
      throw GenerationError(
        .promptInvalid, "there is no prompt '\(name)'. There are: \(names.joined(separator: ", "))")
    }
    if let folder, isOwn(name) {
      let path = folder + "/" + name + ".mustache"
      guard let data = FileManager.default.contents(atPath: path),
        let text = String(data: data, encoding: .utf8)
      else { throw GenerationError(.promptInvalid, "\(path): it cannot be read as UTF-8 text") }
      return try PromptTemplate(name: name, text: text)
    }
    let bytes = Self.builtIn.first { $0.name == name }?.bytes ?? []
    return try PromptTemplate(name: name, text: String(decoding: bytes, as: UTF8.self))
  }
}
