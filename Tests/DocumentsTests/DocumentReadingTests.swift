import Documents
import Testing

@Suite struct DocumentReadingTests {
  @Test(arguments: [
    ("a/b.MD", "x", DocumentFormat.markdown), ("a.txt", "%PDF-1.4", .text), ("Makefile", "all:", .code),
    ("x/Dockerfile", "FROM a", .code),
    ("CMakeLists.txt", "x", .code), ("a.swift", "x", .code), ("a.YAML", "x", .code), ("README", "# x", .text),
    ("a.ndjson", "{}", .jsonl),
    ("noext", "%PDF-1.7 x", .pdf), ("noext", "<!DOCTYPE HTML><p>", .html),
    ("noext", "  <?xml version='1.0'?>\n<html>", .html),
    ("noext", "{\"a\": [1]}", .json), ("noext", "{\"a\":1}\n{\"a\":2}\n", .jsonl),
    ("noext", "[not json", .text), ("noext", "plain words", .text),
    ("script", "#!/bin/sh\nls", .code), ("mail", "From: a@b\nTo: c@d\n e@f\nSubject: x\n\nbody", .email),
    ("noext", "Note: x\nTo: y", .text),
    ("v1.2", "release notes", .text), ("noext", "PK\u{3}\u{4}....mimetypeapplication/epub+zip", .epub),
    ("noext", "PK\u{3}\u{4}....[Content_Types].xml....word/document.xml", .docx),
    ("noext", "PK\u{3}\u{4}...xl/workbook.xml", .xlsx),
    ("noext", "PK\u{3}\u{4}...ppt/presentation.xml", .pptx), (".gitignore", "*.o", .code),
    ("data.dat", "1 2 3", .text),
  ])
  func detected(name: String, text: String, format: DocumentFormat) {
    #expect(DocumentFormat.detect(name: name, bytes: Array(text.utf8)) == format)
  }

  @Test(arguments: [
    ("a.mobi", Array("BOOKMOBI".utf8)), ("a.zip", [0x50, 0x4B, 3, 4, 0, 0] as [UInt8]),
    ("noext", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0, 0]), ("noext", []),
  ])
  func unsupported(name: String, bytes: [UInt8]) {
    #expect(DocumentFormat.detect(name: name, bytes: bytes) == nil)
  }

  @Test func failures() {
    func code(_ name: String, _ bytes: [UInt8], _ limits: ReadingLimits = ReadingLimits()) -> DocumentError
      .Code?
    {
      do {
        _ = try readDocument(SourceFile(name: name, bytes: bytes), limits: limits)
        return nil
      } catch {
        #expect(!error.message.isEmpty)
        return error.code
      }
    }
    #expect(code("a.txt", []) == .empty)
    #expect(code("a.txt", Array(" \n\t\u{3000}\u{200B}\n".utf8)) == .empty)
    #expect(code("a.md", Array("---\ntitle: x\n---\n".utf8)) == .empty)
    #expect(code("a.csv", Array("\n\n".utf8)) == .empty)
    #expect(code("a.json", Array("{}".utf8)) == .empty)
    #expect(code("a.bin", [0, 1, 2, 3]) == .unsupportedFormat)
    #expect(code("a.txt", [0x61, 0, 1, 2, 3]) == .undecodable)
    var limits = ReadingLimits()
    limits.fileBytes = 3
    #expect(code("a.txt", Array("four".utf8), limits) == .tooLarge)
    limits = ReadingLimits()
    limits.textBytes = 3
    #expect(code("a.txt", Array("four".utf8), limits) == .tooLarge)
  }

  @Test func formatCanBeForced() throws {
    let document = try readDocument(SourceFile(name: "a.txt", bytes: Array("# A".utf8)), format: .markdown)
    #expect(document.format == .markdown && document.title == "A")
  }

  /// Each broken rule is found: the other tests lean on that.
  @Test func invariantsNoticeFaults() {
    func violation(_ text: String, _ blocks: [Block], pages: [Int] = []) -> Bool {
      ParsedDocument(
        format: .text, text: text, blocks: blocks,
        places: DocumentPlaces(pages: pages.map { DocumentPlaces.Page(start: $0) })
      ).invariantViolation() != nil
    }
    let whole = [Block(kind: .paragraph, range: 0..<4)]
    #expect(!violation("text", whole))
    #expect(violation("text more", whole))
    #expect(violation("more text", [Block(kind: .paragraph, range: 5..<9)]))
    #expect(violation("tex", whole))
    #expect(violation("té", [Block(kind: .paragraph, range: 0..<2), Block(kind: .paragraph, range: 2..<3)]))
    #expect(violation("text", [Block(kind: .heading, range: 0..<4)]))
    #expect(violation("text", [Block(kind: .listItem, range: 0..<4)]))
    #expect(violation("text", whole + [Block(kind: .paragraph, range: 3..<4)]))
    #expect(violation("te\rt", whole))
    #expect(violation("text", whole, pages: [0, 9]))
    #expect(violation("text", whole, pages: [2, 1]))
  }

  @Test(arguments: [
    (
      "en",
      "The model is trained on passages that were cut from the documents, and it is used to find an answer for the user."
    ),
    (
      "de",
      "Das Modell wird mit Absätzen trainiert, die aus den Dokumenten stammen, und es findet für den Nutzer eine Antwort."
    ),
    (
      "fr",
      "Le modèle est entraîné sur des passages qui sont tirés des documents, et il trouve une réponse pour les utilisateurs."
    ),
    (
      "es",
      "El modelo se entrena con pasajes de los documentos y encuentra una respuesta para el usuario que hace la pregunta."
    ),
    (
      "pt",
      "O modelo é treinado com passagens dos documentos e encontra uma resposta para o usuário que não sabe onde procurar."
    ),
    (
      "it",
      "Il modello è addestrato su brani dei documenti e trova una risposta per gli utenti che non sanno dove cercare nella raccolta."
    ),
    (
      "nl",
      "Het model wordt getraind op passages uit de documenten en het vindt een antwoord voor de gebruiker die niet weet waar hij moet zoeken."
    ),
    (
      "sv",
      "Modellen tränas på stycken som är hämtade från dokumenten och den hittar ett svar för användaren som inte vet var man ska söka."
    ),
    ("ja", "文書を小さな断片に分割し、索引に登録します。"), ("zh", "我们把文档分成小段，然后放进索引。"),
    ("ko", "우리는 문서를 작은 조각으로 나눕니다."), ("ar", "نقسم الوثائق إلى أجزاء صغيرة"),
    ("ru", "Мы делим документы на небольшие части"),
    ("uk", "Ми ділимо документи на невеликі частини"), ("el", "Χωρίζουμε τα έγγραφα σε μικρά μέρη"),
    ("he", "אנו מחלקים את המסמכים"),
    ("th", "เราแบ่งเอกสารออกเป็นส่วนเล็ก"), ("hi", "हम दस्तावेज़ों को छोटे भागों में बाँटते हैं"),
  ])
  func languages(code: String, text: String) {
    #expect(detectLanguage(text) == code)
  }

  @Test(arguments: ["", "42 + 17", "John Smith", "x = y[3]; foo(bar)", "de la", "🙂🙂"])
  func languageUnsure(text: String) {
    #expect(detectLanguage(text) == nil)
  }
}
