import Foundation
import Generation
import TestSupport
import Testing

@Suite struct PromptLibraryTests {
  let folder = TemporaryFolder()

  static let names = [
    "answer", "hypothesis", "judge-faithfulness", "judge-relevance", "queries", "question", "rewrite",
  ]

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: folder(name)))
  }

  @Test func theBinaryCarriesAllPrompts() throws {
    let library = PromptLibrary()
    #expect(library.names == Self.names)
    for name in Self.names {
      let template = try library.template(name)
      #expect(template.identity.name == name)
      #expect(template.identity.hash.count == 64)
      #expect(template.identity == (try library.template(name).identity))
      #expect(!library.isOwn(name))
    }
  }

  @Test func aFolderStandsAboveThem() throws {
    try write("[user]\nMine: {{question}}", to: "answer.mustache")
    try write("[user]\nNew", to: "summary.mustache")
    try write("no prompt", to: "README.md")
    let library = PromptLibrary(folder: folder.path)
    #expect(library.names == (Self.names + ["summary"]).sorted())
    #expect(library.isOwn("answer") && !library.isOwn("rewrite"))
    let own = try library.template("answer")
    #expect(own.messages(["question": .text("q")]).map(\.content) == ["Mine: q"])
    #expect(own.identity.hash != (try PromptLibrary().template("answer").identity.hash))
    #expect(try library.template("summary").text == "[user]\nNew")
    #expect(
      try library.template("rewrite").identity == (try PromptLibrary().template("rewrite").identity))
    // A file that changes is read anew, with another hash.
    try write("[user]\nMine too: {{question}}", to: "answer.mustache")
    #expect(try library.template("answer").identity.hash != own.identity.hash)
  }

  @Test(arguments: ["missing", "", "../answer", "README"])
  func aNameThatIsNotThere(name: String) throws {
    try write("[user]\n", to: "README.md")
    let error = #expect(throws: GenerationError.self) {
      try PromptLibrary(folder: folder.path).template(name)
    }
    #expect(error?.code == .promptInvalid)
    #expect(error?.message.contains("There are: answer, hypothesis") == true)
  }

  @Test func anOwnPromptWithMistakesIsNotPassedOver() throws {
    try write("[user]\n{{#passages}}", to: "answer.mustache")
    #expect(throws: GenerationError.self) { try PromptLibrary(folder: folder.path).template("answer") }
    try Data([0x5B, 0xFF, 0xFE]).write(to: URL(filePath: folder("answer.mustache")))
    let error = #expect(throws: GenerationError.self) {
      try PromptLibrary(folder: folder.path).template("answer")
    }
    #expect(error?.message.contains("UTF-8") == true)
  }
}
