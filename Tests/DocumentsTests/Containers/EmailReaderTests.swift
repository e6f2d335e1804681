import Documents
import Testing

@Suite struct EmailReaderTests {
  private func read(_ text: String, limits: ReadingLimits = ReadingLimits()) throws(DocumentError)
    -> ParsedDocument
  {
    try EmailReader().read(SourceFile(name: "m.eml", bytes: Array(text.utf8)), limits: limits)
  }

  @Test func message() throws {
    let document = try EmailReader().read(try ContainerSupport.source("message.eml"), limits: ReadingLimits())
    ContainerSupport.checkInvariants(document)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 Reß café meeting",
        "paragraph From: Jörg <joerg@example.org>\nTo: ann@example.org\nDate: Tue, 5 Mar 2024 09:08:07 +0100",
        "paragraph Hello,\nit costs 5€ today.", "paragraph On Monday Ann wrote:",
        "quote An old\nline.", "quote > Older.",
        "paragraph Bye", "heading2 Note", "paragraph Süß", "heading2 Forwarded",
        "paragraph From: inner@example.org",
        "paragraph Inner text", "listItem1 Attachment: résume.pdf",
      ])
    #expect(
      document.metadata == [
        "from": .string("Jörg <joerg@example.org>"), "to": .string("ann@example.org"),
        "date": .string("2024-03-05T09:08:07+01:00"), "attachments": .list(["résume.pdf"]),
      ])
  }

  @Test(
    arguments: [
      ("Tue, 5 Mar 2024 09:08:07 +0100", "2024-03-05T09:08:07+01:00"),
      ("5 Mar 2024 09:08 GMT", "2024-03-05T09:08:00Z"),
      ("Fri, 31 Dec 99 23:59:60 -0330", "1999-12-31T23:59:59-03:30"),
      ("1 Jan 2001 00:00:00 EST (winter)", "2001-01-01T00:00:00-05:00"),
      ("yesterday", nil), ("32 Jan 2001 00:00:00", nil), ("1 Jan 2001 25:00", nil), ("1 Foo 2001 00:00", nil),
    ] as [(String, String?)])
  func dates(written: String, expected: String?) throws {
    let document = try read("From: a\nDate: \(written)\n\ntext")
    #expect(document.metadata["date"] == expected.map { .string($0) })
  }

  @Test(arguments: [
    ("plain", "plain"),
    ("=?utf-8?q?a_b?= c", "a b c"),
    ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
    ("=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b"),
    ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
    ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
    ("=?nonsense?q?caf=C3=A9?=", "café"),
    ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
    ("=?broken", "=?broken"),
    ("caf\u{E9}", "café"),
    ("folded\n  line", "folded line"),
  ])
  func subjects(written: String, expected: String) throws {
    #expect(try read("Subject: \(written)\n\ntext").title == expected)
  }

  @Test func flowedText() throws {
    let head = "From: a\nContent-Type: text/plain; format=flowed\n\n"
    #expect(
      try read(head + "one \ntwo\nthree\n\n> q \n> r\n-- \nsig").text
        == "From: a\n\none two\nthree\n\nq r\n\n--\nsig")
  }

  @Test func nestingIsBounded() throws {
    func nested(_ depth: Int) -> String {
      var text = "Content-Type: text/plain\n\ndeep\n"
      for level in 0..<depth {
        text = "Content-Type: multipart/mixed; boundary=b\(level)x\n\n--b\(level)x\n\(text)\n--b\(level)x--\n"
      }
      return "From: a\n" + text
    }
    #expect(try read(nested(10)).text == "From: a\n\ndeep")
    let bomb = try read(nested(1000))
    #expect(bomb.text == "From: a")
    #expect(bomb.notes.map(\.note) == ["parts nested deeper than 32 levels were left out"])
  }

  @Test(.timeLimit(.minutes(1))) func hugeHeadersStayCheap() throws {
    let words = String(repeating: "=?utf-8?q?aaaa?= ", count: 500_000)
    let fields = String(repeating: "X-A: b\n", count: 500_000)
    #expect(try read("Subject: \(words)\n\(fields)\n\ntext").text.hasSuffix("text"))
  }

  @Test func failures() {
    func code(_ text: String) -> DocumentError.Code? {
      ContainerSupport.failure { () throws(DocumentError) in try read(text) }?.code
    }
    #expect(code("") == .empty)
    #expect(code("no header here") == .malformed)
    #expect(code("Key: value\n\ntext") == .malformed)
    #expect(code("From: a\n\n  \n") == .empty)
  }
}
