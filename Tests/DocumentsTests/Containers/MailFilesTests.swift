import Testing

import Documents

/// What a message carries and how its text is found.
@Suite struct MailFilesTests {
  private func read(_ text: String, limits: ReadingLimits = ReadingLimits()) throws(DocumentError)
    -> ParsedDocument
  {
    let document = try EmailReader().read(SourceFile(name: "m.eml", bytes: Array(text.utf8)), limits: limits)
    ContainerSupport.checkInvariants(document)
    return document
  }

  private func mixed(_ parts: String...) -> String {
    "Subject: S\nContent-Type: multipart/mixed; boundary=b\n\n" + parts.map { "--b\n\($0)\n" }.joined()
      + "--b--\n"
  }

  private func alternatives(_ plain: String, _ html: String) -> String {
    "Subject: S\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n\(plain)\n"
      + "--b\nContent-Type: text/html\n\n\(html)\n--b--\n"
  }

  @Test func attachmentsAreFiles() throws {
    func part(_ type: String, _ disposition: String, _ body: String) -> String {
      "Content-Type: \(type)\nContent-Disposition: \(disposition)\nContent-Transfer-Encoding: base64\n\n\(body)"
    }
    let document = try read(
      mixed(
        "Content-Type: text/plain\n\nText", part("text/csv", "attachment; filename=\"a.csv\"", "YTtiCg=="),
        part("text/csv", "attachment; filename=\"../x/A.csv\"", "YztkCg=="),
        part("application/pdf; name=\"=?utf-8?q?=C3=9Cbersicht?=\"", "attachment", "JVBERg=="),
        part("application/pdf", "attachment", "JVBERg=="), part("text/csv", "attachment; filename=e.csv", ""),
        part("image/png", "inline; filename=logo.png", "AAAA")))
    #expect(document.attachments.map(\.name) == ["a.csv", "A (2).csv", "Übersicht.pdf", "attachment 1.pdf"])
    #expect(document.attachments[1].bytes == Array("c;d\n".utf8))
    #expect(
      document.notes.map(\.note) == [
        "the attachment 'e.csv' is empty", "the small picture 'logo.png' inside the text was left out",
      ])
    #expect(
      document.text
        == "S\n\nText\n\nAttachment: a.csv\n\nAttachment: A (2).csv\n\nAttachment: Übersicht.pdf\n\nAttachment: attachment 1.pdf"
    )
  }

  @Test(arguments: [
    ("Your program does not show HTML.", "<p>The crane K077 is hired out until the ninth of May.</p>", true),
    ("The crane K077 is hired out until May.", "<p>The crane <b>K077</b> is hired out until May.</p>", false),
    (
      "Crane Days K077 9",
      "<table><tr><th>Crane</th><th>Days</th></tr><tr><td>K077</td><td>9</td></tr></table>", true
    ),
    (
      "A long and complete text about the crane and its hire until the ninth of May.",
      "<p>Read this as text.</p>", false
    ),
    ("  ", "<p>Only here</p>", true), ("Only here", "<p> </p>", false),
  ])
  func richerAlternative(plain: String, html: String, takesHTML: Bool) throws {
    let text = try read(alternatives(plain, html)).text
    let isHTML =
      text.contains("K077 is hired out until the ninth") || text.contains("Crane | Days")
      || (plain == "  " && text.contains("Only here"))
    #expect(isHTML == takesHTML, "\(text)")
    if !takesHTML { #expect(text.hasSuffix(plain)) }
  }

  /// Apple's mail puts files into the version that is not read.
  @Test func filesInsideOfTheOtherAlternative() throws {
    let document = try read(
      """
      Subject: S
      Content-Type: multipart/alternative; boundary=b

      --b
      Content-Type: text/plain

      The plan is attached.
      --b
      Content-Type: multipart/mixed; boundary=c

      --c
      Content-Type: text/html

      <p>The plan is attached.</p>
      --c
      Content-Type: application/pdf; name=plan.pdf

      %PDF-1.4
      --c--
      --b--
      """)
    #expect(document.text.contains("The plan is attached."))
    #expect(document.attachments.map(\.name) == ["plan.pdf"])
  }

  @Test func quotesKeepTheirOrder() throws {
    let document = try read(
      """
      Subject: S

      Fine.

      On Monday Ann wrote:
      > On Sunday Bob wrote:
      >> At nine?
      > No, at ten.

      -----Original Message-----
      Old.
      """)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 S", "paragraph Fine.", "paragraph On Monday Ann wrote:", "quote On Sunday Bob wrote:",
        "quote > At nine?",
        "quote No, at ten.", "paragraph -----Original Message-----", "quote Old.",
      ])
  }

  @Test func headersAndIdentifiers() throws {
    let document = try read(
      "From: Ann <a@x>\nTo: b@x\nCc: c@x\nDate: Mon, 4 Mar 2024 10:00:00 +0100\nSubject: S\nMessage-ID: <1@x>\n"
        + "In-Reply-To: <0@x>\nReferences: <00@x>\n <0@x>\n\nText")
    #expect(
      document.text == "S\n\nFrom: Ann <a@x>\nTo: b@x\nCc: c@x\nDate: Mon, 4 Mar 2024 10:00:00 +0100\n\nText")
    #expect(document.metadata["message-id"] == .string("1@x"))
    #expect(document.metadata["in-reply-to"] == .string("0@x"))
    #expect(document.metadata["references"] == .list(["00@x", "0@x"]))
  }

  /// One bad part, one wrong word of the header costs that, and is named.
  @Test(arguments: [
    (
      "Subject: S\nContent-Type: multipart/mixed; boundary=wrong\n\n--right\nContent-Type: text/plain\n\nText\n--right--\n",
      "Text", "found by another"
    ),
    ("Subject: S\nContent-Type: multipart/mixed\n\nText\n", "Text", "no boundary"),
    (
      "Subject: S\nContent-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n", "S", "encrypted (PGP)"
    ),
    (
      "Subject: S\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIAG\n", "S",
      "encrypted (S/MIME)"
    ),
    (
      "Subject: S\n\n-----BEGIN PGP MESSAGE-----\n\nhQE\n-----END PGP MESSAGE-----\nText\n", "Text",
      "encrypted (PGP)"
    ),
    (
      "Subject: S\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n- -Text\n-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----\n",
      "-Text", "signed (PGP)"
    ),
    ("Subject: S\nContent-Type: application/ms-tnef; name=winmail.dat\n\nnothing\n", "S", "winmail.dat"),
  ])
  func faults(message: String, text: String, note: String) throws {
    let document = try read(message)
    #expect(document.text.hasSuffix(text), "\(document.text)")
    #expect(document.notes.contains { $0.note.contains(note) }, "\(document.notes)")
  }

  @Test func missingBlankLine() throws {
    #expect(
      try read("Subject: S\nFrom: a\nThis is the text.\nIt goes on.").text
        == "S\n\nFrom: a\n\nThis is the text.\nIt goes on.")
    #expect(try read("Subject: S\nbroken line\nFrom: a\n\nText").text == "S\n\nFrom: a\n\nText")
  }

  @Test(
    arguments: [
      ("us-ascii", [0xC3, 0xBC, 0x20, 0xC3, 0xB6, 0x20, 0xC3, 0xA4], "ü ö ä"),
      ("koi8-r", [0xF0, 0xD2, 0xC9], "При"),
      ("nonsense", [0x67, 0x72, 0xFC, 0xDF], "grüß"),
      ("utf-8", [0x67, 0x72, 0xC3, 0xBC, 0xC3, 0xB6, 0xFF, 0x61], "grüö\u{FFFD}a"),
      ("us-ascii", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], "日"),
    ] as [(String, [UInt8], String)])
  func charsets(label: String, bytes: [UInt8], expected: String) throws {
    #expect(String(decoding: MIMEText.text(bytes, charset: label), as: UTF8.self) == expected)
  }

  @Test func signedFileOfOnePiece() throws {
    let inner = Array("Content-Type: text/plain\n\nSigned text".utf8)
    func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }
    let signed: [UInt8] = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]
    let data: [UInt8] = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01]
    // The octets in two pieces without a stated length, as signing programs write them.
    let pieces = element(0x04, Array(inner[..<10])) + element(0x04, Array(inner[10...]))
    let octets: [UInt8] = [0x24, 0x80] + pieces + [0, 0]
    let info = element(0x30, data + element(0xA0, octets))
    let body = element(0x30, [0x02, 1, 1] + element(0x31, []) + info + element(0x31, []))
    #expect(CMSContent.signedContent(element(0x30, signed + element(0xA0, body))) == inner)
    #expect(CMSContent.signedContent(element(0x30, data + element(0xA0, body))) == nil)
  }

  @Test func outlooksOwnForm() throws {
    func attribute(_ tag: UInt16, _ value: [UInt8]) -> [UInt8] {
      [2, UInt8(tag & 0xFF), UInt8(tag >> 8), 0, 0, UInt8(value.count), 0, 0, 0] + value + [0, 0]
    }
    let stream =
      [0x78, 0x9F, 0x3E, 0x22, 1, 0] + attribute(0x9002, []) + attribute(0x8010, Array("plan.txt\0".utf8))
      + attribute(0x800F, Array("nine".utf8))
    #expect(TNEFStream(stream)?.files == [SourceFile(name: "plan.txt", bytes: Array("nine".utf8))])
    #expect(TNEFStream(Array(stream.dropLast(8)))?.files.isEmpty == true)
  }

  @Test func encodedFilesInText() throws {
    let document = try read("Subject: S\n\nHere:\nbegin 644 a.txt\n$;FEN90``\n`\nend\nBye")
    #expect(document.attachments == [SourceFile(name: "a.txt", bytes: Array("nine".utf8))])
    #expect(document.text.contains("Here:\nBye"))
  }

  // MARK: Mailboxes, Outlook, calendars, cards

  @Test func mailbox() throws {
    let bytes = try ContainerSupport.mail("thread.mbox")
    #expect(DocumentFormat.detect(name: "x/INBOX", bytes: bytes) == .mailbox)
    let document = try readDocument(SourceFile(name: "thread.mbox", bytes: bytes))
    #expect(document.text.isEmpty && document.blocks.isEmpty)
    #expect(
      document.attachments.map(\.name) == [
        "2024-03-04 0900 Tide.eml", "2024-03-04 0930 Re: Tide.eml", "2024-03-05 0800 Re: Tide.eml",
      ])
    let texts = try document.attachments.map { try readDocument($0).text }
    #expect(texts[0].hasSuffix("High water is at 14:20.\n\nFrom the pier it is better seen."))
    #expect(texts[1].hasSuffix("Thanks, I moor at two.\nFrom now on I look myself."))
    #expect(texts[2].hasSuffix("Counted.\n\nFrom x@y Tue Mar  5 08:00:00 2024\nHi."))
    // Names stay when mails are added behind.
    let more = bytes + Array("\nFrom d@x Wed Mar  6 08:00:00 2024\nSubject: Tide\n\nx\n".utf8)
    let longer = try readDocument(SourceFile(name: "thread.mbox", bytes: more))
    #expect(longer.attachments.prefix(3).map(\.name) == document.attachments.map(\.name))
    #expect(longer.attachments.count == 4)
    // The same file with line ends of two bytes.
    let windows = bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    #expect(try readDocument(SourceFile(name: "w.mbox", bytes: windows)).attachments.count == 3)
    #expect(
      ContainerSupport.failure { () throws(DocumentError) in
        try MailboxReader().read(
          SourceFile(name: "a.mbox", bytes: Array("no mail".utf8)), limits: ReadingLimits())
      }?.code == .malformed)
  }

  @Test func mailboxLimit() throws {
    var limits = ReadingLimits()
    limits.containerEntries = 2
    let source = SourceFile(name: "thread.mbox", bytes: try ContainerSupport.mail("thread.mbox"))
    let document = try MailboxReader().read(source, limits: limits)
    #expect(document.attachments.count == 2)
    #expect(document.notes.first?.note.hasPrefix("1 messages behind the first 2") == true)
  }

  @Test func outlookMessage() throws {
    let document = try readDocument(
      SourceFile(name: "basin.msg", bytes: try ContainerSupport.mail("basin.msg")))
    ContainerSupport.checkInvariants(document)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 Dredging of the basin",
        "paragraph From: Jörg Öhme <j.oehme@example.org>\nTo: Ann <ann@example.org>\nCc: Zoë\nDate: 2024-03-04T10:00:00Z",
        "paragraph The dredger comes on Tuesday.", "paragraph -----Original Message-----",
        "quote When does it come?",
        "heading2 Inner", "paragraph From: Kai\nDate: 2023-11-14T22:13:20Z",
        "paragraph The lock opens at four.",
        "listItem1 Attachment: depths.csv",
      ])
    #expect(
      document.attachments == [SourceFile(name: "depths.csv", bytes: Array("Place;Depth\nBasin;8.4\n".utf8))])
    #expect(document.metadata["message-id"] == .string("77@example.org"))
  }

  /// - Source: the example of [MS-OXRTFCP], section 4.1.1.
  @Test func packedText() {
    let packed: [UInt8] = [
      0x2D, 0, 0, 0, 0x2B, 0, 0, 0, 0x4C, 0x5A, 0x46, 0x75, 0xF1, 0xC5, 0xC7, 0xA7, 0x03, 0x00, 0x0A, 0x00,
      0x72, 0x63, 0x70,
      0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0A, 0xF3, 0x20, 0x68, 0x65, 0x6C, 0x09, 0x00, 0x20, 0x62, 0x77,
      0x05, 0xB0, 0x6C,
      0x64, 0x7D, 0x0A, 0x80, 0x0F, 0xA0,
    ]
    #expect(OutlookRTF.unpacked(packed) == Array("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n".utf8))
  }

  @Test func applesMail() throws {
    let document = try readDocument(
      SourceFile(name: "apple.emlx", bytes: try ContainerSupport.mail("apple.emlx")))
    #expect(document.text == "Buoy\n\nFrom: ann@example.org\n\nThe buoy is green.")
  }

  @Test func calendar() throws {
    let document = try readDocument(
      SourceFile(name: "invite.ics", bytes: try ContainerSupport.mail("invite.ics")))
    #expect(
      ContainerSupport.outline(document) == [
        "record Summary: Launch of the ferry, second try\nStart: 2024-03-04 10:00 (Europe/Berlin)\nEnd: 2024-03-04 10:00 UTC\n"
          + "Repeats: freq weekly, byday mo\nLocation: Slipway 3\nOrganizer: Öhme, Jörg <j@example.org>\n"
          + "Attendee: ann@example.org\nDescription: Bring a bottle.\nThe band plays.",
        "record Summary: Paint the hull\nDue: 2024-04-01",
      ])
  }

  @Test func cards() throws {
    let document = try readDocument(
      SourceFile(name: "people.vcf", bytes: try ContainerSupport.mail("people.vcf")))
    #expect(
      ContainerSupport.outline(document) == [
        "record Name: Jörg Öhme\nTelephone (cell): +49 170 5550123\nE-mail: j@example.org",
        "record Name: Ann Quay\nOrganization: Harbour, Pilots\nAddress (work): Pier 4, Husum, 25813, Germany\n"
          + "Telephone (work): +49-4841-5550\nNote: Speaks Danish, Dutch",
      ])
    #expect(document.notes.map(\.note) == ["pictures, sounds or keys of cards were left out: 1"])
  }

  @Test(
    arguments: [
      ("Tue, 5 Mar 2024 00:30:00 +0100", "2024-03-04 2330"),
      ("Sun, 31 Dec 2023 23:30:00 -0800", "2024-01-01 0730"),
      ("Thu, 29 Feb 2024 12:00:00 GMT", "2024-02-29 1200"), ("nonsense", nil),
    ] as [(String, String?)])
  func universalTime(written: String, expected: String?) {
    #expect(EmailDate.utc(written) == expected)
  }
}
