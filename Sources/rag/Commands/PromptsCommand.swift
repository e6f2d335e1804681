import ArgumentParser
import Foundation
import Generation
import HTTPService

struct PromptsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompts", abstract: "List, show and render the prompts.",
    discussion: """
      A file NAME.mustache in the folder that 'prompts' in the configuration names stands above the binary's own prompt of
      that name. The hash is in the lineage of each answer.

      EXAMPLES
        rag prompts list
        rag prompts show answer
        rag prompts render answer --question "What is PSI?" --passage "PSI compares two distributions."
      """,
    subcommands: [List.self, Show.self, Render.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the prompts with their hashes.")
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let library = try Wiring(global).prompts()
      let rows = try library.names.map { name in
        (identity: try library.template(name).identity, isOwn: library.isOwn(name))
      }
      if global.json {
        let all = rows.map { row in
          JSONValue.object([
            ("name", .string(row.identity.name)), ("hash", .string(row.identity.hash)),
            ("source", .string(row.isOwn ? "folder" : "built-in")),
          ])
        }
        Terminal.out(JSONValue.object([("prompts", .array(all))]).description)
        return
      }
      for row in rows {
        Terminal.out(
          row.identity.name.padded(to: 20) + row.identity.hash.prefix(12) + "  "
            + (row.isOwn ? "folder" : "built-in"))
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a prompt as it is written.")
    @Argument(help: "Name.") var name: String
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let template = try Wiring(global).prompts().template(name)
      guard global.json else {
        Terminal.out(template.text)
        return
      }
      Terminal.out(
        JSONValue.object([
          ("name", .string(template.identity.name)), ("hash", .string(template.identity.hash)),
          ("text", .string(template.text)),
        ]).description)
    }
  }

  struct Render: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a prompt as a language model gets it.")
    @Argument(help: "Name.") var name: String
    @Option(help: "The question.") var question = "What is this about?"
    @Option(help: ArgumentHelp("A passage; give it again for more.", valueName: "text")) var passage:
      [String] = []
    @OptionGroup var global: GlobalOptions

    func run() async throws {
      let template = try Wiring(global).prompts().template(name)
      let messages = try template.sample(question: question, passages: passage)
      if global.json {
        let all = messages.map { message in
          JSONValue.object([("role", .string(message.role.rawValue)), ("content", .string(message.content))])
        }
        Terminal.out(JSONValue.object([("messages", .array(all))]).description)
        return
      }
      for message in messages { Terminal.out("--- \(message.role.rawValue)\n\(message.content)") }
    }
  }
}
