import Crypto
import Mustache

/// Which prompt led to a reply.
package struct PromptIdentity: Hashable, Sendable {
  package var name: String
  /// SHA-256 of the template's bytes, hexadecimal.
  package var hash: String
}

/// Messages to a language model, with places for values.
///
/// Lines `[system]`, `[user]` and `[assistant]` begin a message; the rest is Mustache. Values are data: what could
/// open or close one of the template's tags in them is broken up.
package struct PromptTemplate: Sendable {
  package let identity: PromptIdentity
  package let text: String
  private let parts: [(role: ModelMessage.Role, template: MustacheTemplate)]
  private let fence: PromptFence

  /// - Throws: `GenerationError.promptInvalid`, saying what is wrong.
  package init(name: String, text: String) throws(GenerationError) {
    var parts: [(role: ModelMessage.Role, lines: [Substring])] = []
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
      let role = line.hasPrefix("[") && line.hasSuffix("]") ? String(line.dropFirst().dropLast()) : ""
      if let role = ModelMessage.Role(rawValue: role) {
        parts.append((role, []))
      } else if !parts.isEmpty {
        parts[parts.count - 1].lines.append(line)
      } else if !line.allSatisfy(\.isWhitespace) {
        throw GenerationError(
          .promptInvalid, "prompt '\(name)': it must begin with a line [system] or [user]")
      }
    }
    guard parts.contains(where: { $0.role == .user }) else {
      throw GenerationError(.promptInvalid, "prompt '\(name)': it has no line [user]")
    }
    do {
      self.parts = try parts.map { part in
        (
          part.role,
          try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}\n" + part.lines.joined(separator: "\n"))
        )
      }
    } catch {
      throw GenerationError(
        .promptInvalid, "prompt '\(name)': it is no Mustache template: \(error)", underlying: error)
    }
    self.text = text
    fence = PromptFence(of: text)
    let digest = SHA256.hash(data: Array(text.utf8))
    identity = PromptIdentity(name: name, hash: digest.map { Self.hexadecimal($0) }.joined())
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }

  /// The messages with `values` in their places.
  package func messages(_ values: [String: PromptValue]) -> [ModelMessage] {
    let context = values.mapValues { $0.context(fence) }
    return parts.map { part in
      var content = part.template.render(context)[...]
      while let last = content.last, last.isWhitespace { content = content.dropLast() }
      return ModelMessage(role: part.role, content: String(content))
    }
  }

  /// The messages of prompt `answer`, with the conversation before the last one.
  package func messages(_ request: AnswerRequest) throws(GenerationError) -> [ModelMessage] {
    // A template of an older time knows no headers: there they begin the text.
    let namesColumns = text.contains("{{header}}")
    let passages = request.passages.enumerated().map { index, passage in
      var members: [String: PromptValue] = [
        "number": .text(String(index + 1)),
        "title": .text(PromptFence.attribute(Self.place(passage))),
        "text": .text(namesColumns ? passage.text : passage.shownText),
      ]
      if let header = passage.header { members["header"] = .text(header) }
      return PromptValue.object(members)
    }
    var messages = messages(["question": .text(request.question), "passages": .list(passages)])
    let last = messages.lastIndex { $0.role == .user } ?? messages.endIndex
    messages.insert(contentsOf: request.history, at: last)
    return messages
  }

  /// The messages with sample values in all places that the built-in prompts have.
  package func sample(question: String, passages: [String]) throws(GenerationError) -> [ModelMessage] {
    // A judge gets bare texts.
    let isBare = text.contains("{{.}}")
    let all = passages.enumerated().map { index, text in
      isBare
        ? PromptValue.text(text)
        : .object([
          "number": .text(String(index + 1)), "title": .text("Passage \(index + 1)"), "text": .text(text),
        ])
    }
    let turns = [("user", "An earlier question."), ("assistant", "The answer to it.")].map { role, content in
      PromptValue.object(["role": .text(role), "text": .text(content)])
    }
    return messages([
      "question": .text(question), "passages": .list(all), "passage": .text(passages.first ?? "A passage."),
      "turns": .list(turns), "count": .text("3"), "answer": .text("An answer."),
    ])
  }

  private static func place(_ passage: Passage) -> String {
    ([passage.title ?? passage.documentID] + passage.headingPath).joined(separator: " › ")
  }
}

/// A value for a template.
package indirect enum PromptValue: Sendable {
  case text(String)
  case list([PromptValue])
  case object([String: PromptValue])

  func context(_ fence: PromptFence) -> Any {
    switch self {
    case .text(let text): fence.broken(text)
    case .list(let values): values.map { $0.context(fence) }
    case .object(let members): members.mapValues { $0.context(fence) }
    }
  }
}
