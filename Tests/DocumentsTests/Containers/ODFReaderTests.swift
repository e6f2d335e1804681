import Documents
import Testing

@Suite struct ODFReaderTests {
  private static let namespaces =
    ["office", "style", "text", "table", "draw", "fo", "svg", "meta", "presentation", "chart", "number"]
    .map { "xmlns:\($0)='urn:oasis:names:tc:opendocument:xmlns:\($0):1.0'" }.joined(separator: " ")
    + " xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xlink='http://www.w3.org/1999/xlink'"

  private func flat(_ body: String, styles: String = "", kind: String = "text", more: String = "")
    -> SourceFile
  {
    let xml =
      "<?xml version='1.0'?><office:document \(Self.namespaces) office:mimetype='application/vnd.oasis.opendocument.\(kind)'>"
      + "<office:automatic-styles>\(styles)</office:automatic-styles>\(more)<office:body><office:\(kind)>\(body)</office:\(kind)></office:body></office:document>"
    return SourceFile(name: "a.\(kind == "text" ? "fodt" : "fodp")", bytes: Array(xml.utf8))
  }

  private func outline(_ source: SourceFile) throws -> [String] {
    let document = try readDocument(source)
    ContainerSupport.checkInvariants(document)
    return ContainerSupport.outline(document)
  }

  private static let styles = """
    <style:style style:name='T1' style:family='text'><style:text-properties style:text-position='super 58%'/></style:style>\
    <style:style style:name='T2' style:family='text'><style:text-properties style:text-position='-33% 58%'/></style:style>\
    <style:style style:name='T3' style:family='text'><style:text-properties text:display='none'/></style:style>\
    <style:style style:name='T4' style:family='text'><style:text-properties style:font-name='Wingdings'/></style:style>\
    <style:style style:name='P1' style:family='paragraph' style:parent-style-name='Title'/>\
    <style:style style:name='Title' style:family='paragraph'/>\
    <style:style style:name='Preformatted_20_Text' style:family='paragraph'/>\
    <text:list-style style:name='L1'><text:list-level-style-number text:level='1' style:num-format='A' style:num-suffix='.'/>\
    <text:list-level-style-number text:level='2' style:num-format='1' text:display-levels='2' style:num-suffix=')'/></text:list-style>
    """

  private static let bodies: [(body: String, outline: [String])] = [
    ("<text:p>a<text:s text:c='3'/>b<text:tab/>c<text:line-break/>d</text:p>", ["paragraph a b c\nd"]),
    (
      "<text:p>10<text:span text:style-name='T1'>6</text:span> CO<text:span text:style-name='T2'>2</text:span></text:p>",
      ["paragraph 10⁶ CO₂"]
    ),
    ("<text:p>seen<text:span text:style-name='T3'>hidden</text:span></text:p>", ["paragraph seen"]),
    ("<text:p><text:span text:style-name='T4'>\u{F0FC}</text:span> done</text:p>", ["paragraph ✓ done"]),
    (
      "<text:p text:style-name='P1'>Top</text:p><text:h text:outline-level='2'>Part</text:h>",
      ["heading1 Top", "heading2 Part"]
    ),
    (
      "<text:p text:style-name='Preformatted_20_Text'>if x:</text:p><text:p text:style-name='Preformatted_20_Text'><text:s text:c='2'/>y</text:p>",
      ["code if x:\n  y"]
    ),
    (
      "<text:list text:style-name='L1' xml:id='l'><text:list-item><text:p>a</text:p><text:p>more</text:p><text:list><text:list-item><text:p>b</text:p></text:list-item>"
        + "<text:list-item><text:p>c</text:p></text:list-item></text:list></text:list-item><text:list-header><text:p>free</text:p></text:list-header></text:list>"
        + "<text:p>between</text:p><text:list text:style-name='L1' text:continue-list='l'><text:list-item><text:p>d</text:p></text:list-item></text:list>"
        + "<text:list text:style-name='L1'><text:list-item text:start-value='5'><text:p>e</text:p></text:list-item></text:list>",
      [
        "listItem1 A. a", "paragraph more", "listItem2 A.1) b", "listItem2 A.2) c", "listItem1 free",
        "paragraph between", "listItem1 B. d", "listItem1 E. e",
      ]
    ),
    (
      "<text:p>x<text:note text:note-class='footnote'><text:note-citation>1</text:note-citation><text:note-body><text:p>Foot.</text:p></text:note-body></text:note>"
        + "<office:annotation><dc:creator>Bo</dc:creator><dc:date>2024</dc:date><text:p>Check.</text:p></office:annotation></text:p>",
      ["paragraph x[^1]", "paragraph [^1]: Foot.", "paragraph Comment by Bo: Check."]
    ),
    (
      "<text:tracked-changes><text:changed-region text:id='c'><text:deletion><text:p>old words</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        + "<text:p>new<text:change text:change-id='c'/> words</text:p>",
      ["paragraph new words"]
    ),
    (
      "<text:tracked-changes><text:changed-region text:id='c'><text:deletion/></text:changed-region></text:tracked-changes>"
        + "<text:p>new <text:change-start text:change-id='c'/>old<text:change-end text:change-id='c'/>words</text:p>",
      ["paragraph new words"]
    ),
    (
      "<table:table><table:table-header-rows><table:table-row><table:table-cell table:number-rows-spanned='2'><text:p>Berth</text:p></table:table-cell>"
        + "<table:table-cell table:number-columns-spanned='2'><text:p>Rates</text:p></table:table-cell><table:covered-table-cell/></table:table-row>"
        + "<table:table-row><table:covered-table-cell/><table:table-cell><text:p>day</text:p></table:table-cell><table:table-cell><text:p>week</text:p></table:table-cell></table:table-row></table:table-header-rows>"
        + "<table:table-row><table:table-cell><text:p>North</text:p></table:table-cell><table:table-cell table:number-columns-repeated='2'><text:p>12</text:p></table:table-cell></table:table-row></table:table>",
      ["table Berth | Rates › day | Rates › week\nNorth | 12 | 12"]
    ),
    (
      "<text:p>Anchor<draw:frame><draw:text-box><text:p>In a box</text:p></draw:text-box></draw:frame></text:p>",
      ["paragraph Anchor", "paragraph In a box"]
    ),
    (
      "<text:table-of-content><text:index-body><text:p>One 1</text:p></text:index-body></text:table-of-content><text:p>x</text:p>",
      ["paragraph x"]
    ),
    (
      "<text:section text:display='none'><text:p>no</text:p></text:section><text:section><text:p>yes</text:p></text:section>",
      ["paragraph yes"]
    ),
  ]

  @Test(arguments: bodies.indices) func texts(_ index: Int) throws {
    let (body, expected) = Self.bodies[index]
    #expect(try outline(flat(body, styles: Self.styles)) == expected)
  }

  @Test func headersAndFooters() throws {
    let master =
      "<office:master-styles><style:master-page style:name='S'><style:header><text:p>Quay Ltd</text:p></style:header>"
      + "<style:footer><text:p>Page <text:page-number>1</text:page-number> of <text:page-count>3</text:page-count></text:p></style:footer></style:master-page></office:master-styles>"
    #expect(
      try outline(flat("<text:p>Body.</text:p>", more: master)) == [
        "paragraph Body.", "paragraph Header: Quay Ltd",
      ])
  }

  @Test func slides() throws {
    let styles =
      "<style:style style:name='dp' style:family='drawing-page'><style:drawing-page-properties presentation:visibility='hidden'/></style:style>"
    func frame(_ role: String, _ text: String) -> String {
      "<draw:frame presentation:class='\(role)'><draw:text-box><text:p>\(text)</text:p></draw:text-box></draw:frame>"
    }
    let source = flat(
      "<draw:page draw:name='p1'>" + frame("title", "One") + frame("footer", "Quay Ltd")
        + "<draw:g><draw:custom-shape><text:p>Shape</text:p></draw:custom-shape></draw:g>"
        + "<presentation:notes>" + frame("notes", "Say it.") + "</presentation:notes></draw:page>"
        + "<draw:page draw:name='p2' draw:style-name='dp'>" + frame("title", "Hidden") + "</draw:page>",
      styles: styles, kind: "presentation")
    let document = try readDocument(source)
    #expect(document.format == .odp)
    #expect(
      ContainerSupport.outline(document) == ["heading1 One", "paragraph Shape", "paragraph Notes: Say it."])
    #expect(
      document.notes.map(\.note) == [
        "slide 2 (\"Hidden\") is hidden and was left out; show it to have it read",
        "footers and dates of slides were left out: \"Quay Ltd\"",
      ])
  }

  @Test func lockedAndOtherFiles() {
    func code(_ entries: [(String, String)]) -> DocumentError.Code? {
      let bytes = StoredZip.archive(entries.map { StoredZip.Entry(name: $0.0, bytes: Array($0.1.utf8)) })
      return ContainerSupport.failure { () throws(DocumentError) in
        try ODFReader(format: .odt).read(SourceFile(name: "a.odt", bytes: bytes), limits: ReadingLimits())
      }?.code
    }
    let locked = "<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
    #expect(code([("META-INF/manifest.xml", locked), ("content.xml", "x")]) == .encrypted)
    #expect(code([("mimetype", "x")]) == .malformed)
    #expect(code([("content.xml", "<a><body><spreadsheet/></body></a>")]) == .malformed)
    #expect(
      code([("content.xml", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>")])
        == .malformed)
  }
}
