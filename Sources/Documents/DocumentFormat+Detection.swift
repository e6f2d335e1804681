extension DocumentFormat {
  /// The format of a file, by its extension, or by its first bytes where the extension says nothing.
  ///
  /// - Parameters:
  ///   - name: path or name.
  ///   - bytes: content; only the start and the end are looked at.
  /// - Returns: `nil` for binary content and for known formats that no reader knows.
  /// - Complexity: O(1): at most 1 MiB of `bytes` is read.
  package static func detect(name: String, bytes: [UInt8]) -> DocumentFormat? {
    let base = name.utf8.lastIndex(of: 0x2F).map { name[name.utf8.index(after: $0)...] } ?? name[...]
    let lower = String(decoding: base.utf8.map { ASCII.lowercased($0) }, as: UTF8.self)
    if let format = FormatNames.files[lower] { return format }
    let parts = lower.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count > 1, let suffix = parts.last {
      if let format = FormatNames.extensions[String(suffix)] {
        if FormatNames.office.contains(format), let found = office(bytes) { return found }
        // Other programs call their catalogs of messages so.
        if format == .msg, !bytes.starts(with: CompoundFile.signature) { return sniff(bytes) }
        return byContent(bytes, named: format)
      }
      if FormatNames.unsupported.contains(String(suffix)) { return nil }
    }
    return sniff(bytes)
  }

  /// The format of a file under the name of an office format: programs write one under the name of another.
  private static func office(_ bytes: [UInt8]) -> DocumentFormat? {
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return sniffContainer(bytes) }
    if bytes.starts(with: CompoundFile.signature) { return sniffCompound(bytes) }
    if RTFReader.start(of: bytes) != nil { return .rtf }
    return nil
  }

  /// The format of a compound file that isn't locked; the names of its streams tell.
  private static func sniffCompound(_ bytes: [UInt8]) -> DocumentFormat? {
    guard let file = try? CompoundFile(bytes), !file.contains("EncryptedPackage") else { return nil }
    if file.contains("__properties_version1.0") { return .msg }
    return LegacyOfficeReader.format(of: file)
  }

  /// Pictures go by what they are, whatever their name: a scan is saved as `.pdf` and a PDF as `.jpg` now and then.
  private static func byContent(_ bytes: [UInt8], named format: DocumentFormat) -> DocumentFormat {
    let kind = ImageHeader.kind(of: bytes)
    if format == .image { return kind == nil && contains("%PDF-", in: bytes, upTo: 1024) ? .pdf : .image }
    // The marks of the others are short enough for a text to begin with them.
    return kind == .png || kind == .jpeg || kind == .tiff || kind == .webp ? .image : format
  }

  private static func sniff(_ bytes: [UInt8]) -> DocumentFormat? {
    if ImageHeader.kind(of: bytes) != nil { return .image }
    if let found = office(bytes) { return found }
    if contains("%PDF-", in: bytes, upTo: 1024) { return .pdf }
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return sniffContainer(bytes) }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      || bytes.starts(with: [0, 0, 0xFE, 0xFF])
    {
      return .text
    }
    let head = Array(bytes.prefix(64 << 10))
    let survey = UTF8Survey(head)
    guard !head.isEmpty, survey.controls * 20 <= head.count else { return nil }
    // NUL bytes are UTF-16, what a crash left in a log, or binary data.
    if survey.nulBytes > 0 {
      if UnicodeTransform.guess(head) != nil { return .text }
      if survey.isBinary(of: head.count) { return nil }
    }
    return sniffText(head, isWhole: head.count == bytes.count)
  }

  /// Office files and EPUB are ZIP containers; the names of their parts tell which.
  private static func sniffContainer(_ bytes: [UInt8]) -> DocumentFormat? {
    if contains("mimetypeapplication/epub+zip", in: bytes, upTo: 256) { return .epub }
    if contains("mimetypeapplication/vnd.oasis.opendocument.spreadsheet", in: bytes, upTo: 256) {
      return .ods
    }
    if contains("mimetypeapplication/vnd.oasis.opendocument.text", in: bytes, upTo: 256) { return .odt }
    if contains("mimetypeapplication/vnd.oasis.opendocument.presentation", in: bytes, upTo: 256) {
      return .odp
    }
    // Part names are at each entry and again in the directory at the end.
    let tail = Array(bytes.suffix(512 << 10))
    if contains("word/document", in: tail, upTo: tail.count) { return .docx }
    if contains("ppt/presentation", in: tail, upTo: tail.count) { return .pptx }
    if contains("xl/workbook", in: tail, upTo: tail.count) { return .xlsx }
    if contains("META-INF/container.xml", in: tail, upTo: tail.count) { return .epub }
    return nil
  }

  private static func sniffText(_ bytes: [UInt8], isWhole: Bool) -> DocumentFormat {
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count, ASCII.isBlank(bytes[start]) { start += 1 }
    guard start < bytes.count else { return .text }
    switch bytes[start] {
    case 0x3C: return sniffMarkup(bytes, from: start)
    case 0x23 where TextScan.has("#!", in: bytes, at: start): return .code
    case 0x7B, 0x5B: return sniffJSON(bytes, from: start, isWhole: isWhole)
    case 0x46 where isMailbox(bytes, from: start): return .mailbox
    case 0x42 where TextScan.has("BEGIN:VCALENDAR", in: bytes, at: start): return .calendar
    case 0x42 where TextScan.has("BEGIN:VCARD", in: bytes, at: start): return .contacts
    default: return isMail(bytes, from: start) ? .email : .text
    }
  }

  private static func sniffMarkup(_ bytes: [UInt8], from start: Int) -> DocumentFormat {
    let head = bytes[start..<min(bytes.count, start + 2048)].map { ASCII.lowercased($0) }
    for mark: StaticString in ["<!doctype html", "<html", "<head>", "<body"]
    where contains(mark, in: head, upTo: head.count) {
      return .html
    }
    if contains("application/vnd.oasis.opendocument.spreadsheet", in: head, upTo: head.count) { return .ods }
    if contains("application/vnd.oasis.opendocument.text", in: head, upTo: head.count) { return .odt }
    if contains("application/vnd.oasis.opendocument.presentation", in: head, upTo: head.count) { return .odp }
    return TextScan.has("<?xml", in: head, at: 0) ? .code : .text
  }

  private static func sniffJSON(_ bytes: [UInt8], from start: Int, isWhole: Bool) -> DocumentFormat {
    let line = TextScan.line(in: bytes, from: start, to: bytes.count)
    if isWhole, isJSON(bytes, start..<bytes.count) { return .json }
    // A cut file is judged by its first line: a whole object with more behind it is a line of JSONL.
    if bytes[start] == 0x7B, line.upperBound < bytes.count, isJSON(bytes, line) { return .jsonl }
    return isWhole ? .text : .json
  }

  private static func isJSON(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    var cursor = JSONCursor(bytes, range: range)
    do {
      try cursor.skipValue(depth: 64)
    } catch {
      return false
    }
    cursor.skipBlanks()
    return cursor.isAtEnd
  }

  /// A line `From …` with a time, and header lines of mail behind it.
  private static func isMailbox(_ bytes: [UInt8], from start: Int) -> Bool {
    let line = TextScan.line(in: bytes, from: start, to: bytes.count)
    guard TextScan.has("From ", in: bytes, at: start), bytes[line].contains(0x3A) else { return false }
    return isMail(bytes, from: min(bytes.count, line.upperBound + 1))
  }

  /// Two different header lines of mail in a row at the start.
  private static func isMail(_ bytes: [UInt8], from start: Int) -> Bool {
    let known: Set<String> = [
      "from", "to", "cc", "subject", "date", "received", "return-path", "message-id", "mime-version",
      "delivered-to", "content-type", "dkim-signature", "reply-to", "x-mailer", "x-received", "sender",
    ]
    var found: Set<String> = []
    var position = start
    while position < bytes.count, found.count < 3 {
      let line = TextScan.line(in: bytes, from: position, to: bytes.count)
      position = line.upperBound + 1
      if let first = line.first, ASCII.isSpaceOrTab(bytes[first]), !found.isEmpty { continue }
      guard let colon = bytes[line].firstIndex(of: 0x3A), colon - line.lowerBound < 40 else { break }
      let field = bytes[line.lowerBound..<colon].map { ASCII.lowercased($0) }
      guard !field.isEmpty, field.allSatisfy({ ASCII.isAlphanumeric($0) || $0 == 0x2D }) else { break }
      let name = String(decoding: field, as: UTF8.self)
      if known.contains(name) { found.insert(name) }
    }
    return found.count >= 3
  }

  private static func contains(_ word: StaticString, in bytes: [UInt8], upTo limit: Int) -> Bool {
    let first = word.withUTF8Buffer { $0[0] }
    for index in 0..<min(bytes.count, limit) where bytes[index] == first {
      if TextScan.has(word, in: bytes, at: index) { return true }
    }
    return false
  }
}

/// File names and extensions, in lower case, and what they mean.
private enum FormatNames {
  static let extensions: [String: DocumentFormat] = {
    let lists: [(DocumentFormat, String)] = [
      (.markdown, "md markdown mdown mkd mkdn mdwn mdx qmd rmd"),
      (.text, "txt text log textile srt vtt me 1st nfo"),
      (.rst, "rst rest restx"),
      (.asciidoc, "adoc asciidoc"),
      (.org, "org"),
      (.latex, "tex latex ltx"),
      (.notebook, "ipynb"),
      (.html, "html htm xhtml shtml mht mhtml"),
      (.pdf, "pdf"),
      (.xlsx, "xlsx xlsm xltx xltm xlsb"),
      (.ods, "ods ots fods"),
      (.docx, "docx docm dotx dotm"),
      (.pptx, "pptx pptm ppsx ppsm potx potm"),
      (.odt, "odt ott fodt"),
      (.odp, "odp otp fodp"),
      (.rtf, "rtf"),
      (.doc, "doc"),
      (.xls, "xls xlt"),
      (.ppt, "ppt pps"),
      (.epub, "epub"),
      (.csv, "csv"),
      (.tsv, "tsv tab"),
      (.json, "json geojson jsonld webmanifest"),
      (.jsonl, "jsonl ndjson"),
      (.email, "eml emlx"),
      (.msg, "msg"),
      (.mailbox, "mbox mbx"),
      (.calendar, "ics ical ifb vcs"),
      (.contacts, "vcf vcard"),
      (.image, "png apng jpg jpeg jpe jfif tif tiff gif bmp dib webp pnm pbm pgm ppm"),
      (
        .code,
        """
        swift c h cc cpp cxx c++ hh hpp hxx h++ m mm cu cuh py pyi pyx pyw ipy rb erb rake gemspec java kt kts scala \
        sc groovy gradle clj cljs cljc edn go rs zig nim d v vala cs fs fsi fsx vb js mjs cjs jsx ts mts cts tsx vue \
        svelte astro php phtml pl pm t raku lua r jl dart ex exs erl hrl elm hs lhs ml mli re rei lisp lsp el scm rkt \
        ss f f77 f90 f95 f03 for ada adb ads pas pp asm s sv svh vhd vhdl tcl awk sed sh bash zsh fish ksh csh bat \
        cmd ps1 psm1 psd1 sql psql plsql ddl graphql gql proto thrift avsc capnp fbs yaml yml toml ini cfg conf \
        properties env editorconfig xml xsd xsl xslt dtd svg plist css scss sass less styl tf tfvars hcl nix bzl \
        bazel cmake mk mak make ninja dockerfile containerfile jenkinsfile sty cls bib dot gv mmd puml wat wgsl \
        glsl vert frag hlsl metal sol move cairo cr gleam odin hx as coffee ls pug jade haml slim hbs mustache ejs \
        njk liquid j2 jinja jinja2 tmpl tpl jsonc json5 jsonnet libsonnet cue rego diff patch feature robot po pot \
        ebuild spec service socket timer desktop rules lock sum mod modulemap pc am ac in m4 def rc gitignore \
        gitattributes dockerignore npmrc bashrc zshrc profile vim lean agda idr coq thy sml p4 stan smt2 cypher
        """
      ),
    ]
    var table: [String: DocumentFormat] = [:]
    for (format, list) in lists {
      for name in list.split(whereSeparator: { $0 == " " || $0 == "\n" }) { table[String(name)] = format }
    }
    return table
  }()

  static let files: [String: DocumentFormat] = {
    var table: [String: DocumentFormat] = [:]
    let code = """
      makefile gnumakefile bsdmakefile dockerfile containerfile jenkinsfile vagrantfile rakefile gemfile brewfile \
      podfile fastfile procfile justfile cmakelists.txt meson.build meson_options.txt build workspace sconstruct \
      sconscript kconfig requirements.txt constraints.txt pipfile codeowners
      """
    for name in code.split(separator: " ") { table[String(name)] = .code }
    for name in "readme license licence copying authors notice changelog changes news todo install".split(
      separator: " ")
    {
      table[String(name)] = .text
    }
    return table
  }()

  /// Formats whose names say less than their contents.
  static let office: Set<DocumentFormat> = [.docx, .pptx, .xlsx, .ods, .odt, .odp, .rtf, .doc, .xls, .ppt]

  /// Formats whose files may look like text at their start.
  static let unsupported: Set<String> = [
    "ps", "eps", "mobi", "azw3", "pem", "crt", "key",
    "der",
    "svgz", "xpm", "b64", "uu", "map",
  ]
}
