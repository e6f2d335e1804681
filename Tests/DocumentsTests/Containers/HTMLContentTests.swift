import Testing

import Documents

/// What of a page is content and what is furniture.
@Suite struct HTMLContentTests {
  private func read(_ html: String, name: String = "page.html") throws -> ParsedDocument {
    let document = try HTMLReader().read(
      SourceFile(name: name, bytes: Array(html.utf8)), limits: ReadingLimits())
    ContainerSupport.checkInvariants(document)
    return document
  }

  private static let prose =
    "<p>The dyke was raised by two metres after the flood of 1962, and since then no water has come over it.</p>"
  private static let said =
    "The dyke was raised by two metres after the flood of 1962, and since then no water has come over it."

  /// Markup around the prose of which nothing is text.
  @Test(arguments: [
    ("<div role=navigation><a href=/>Home</a><a href=/s>Shop</a></div>", "navigation list"),
    ("<ul class='main-menu'><li><a href=/>Home</a><li><a href=/s>Shop</a></ul>", "navigation list"),
    ("<div id=cookie-banner>We use cookies. <button>Accept all</button></div>", "cookie notice"),
    (
      "<div role=dialog aria-modal=true>We and our partners use cookies.<button>OK</button></div>",
      "cookie notice"
    ),
    (
      "<div id=onetrust-consent-sdk><p>Your privacy matters.</p><button>Accept</button></div>",
      "cookie notice"
    ),
    ("<div class=breadcrumbs><a href=/>Home</a> / <a href=/d>Dykes</a> / Height</div>", "breadcrumb line"),
    ("<aside class=ads>Buy now</aside>", "advertisement"),
    ("<aside><h4>Popular</h4><a href=/1>One</a></aside>", "side bar"),
    ("<div class='share-buttons'><a href=x>Share</a> <a href=y>Tweet</a></div>", "group of share buttons"),
    (
      "<div class=related-posts><h3>More</h3><a href=/1>Storms of the last century</a></div>",
      "list of related pages"
    ),
    ("<footer>Imprint, Harbour Lane 3</footer>", "page footer"),
    ("<header><a href=/>Harbour news</a><form role=search><input name=q></form></header>", "page header"),
    ("<div class=toc><a href=#a>One</a> <a href=#b>Two</a></div>", "list of the page's own headings"),
    ("<div class='newsletter-signup'>Get our letter <input type=email></div>", "newsletter form"),
    ("<div hidden>Old draft of the page</div>", "hidden part"),
    ("<div class=print-only>Printed from our site</div>", "part for print only"),
    ("<p><a rel=prev href=1.html>Tides</a> <a rel=next href=3.html>Locks</a></p>", "navigation list"),
  ])
  func furniture(markup: String, named: String) throws {
    for page in ["<h1>Dyke</h1>\(markup)\(Self.prose)", "<h1>Dyke</h1>\(Self.prose)\(markup)"] {
      let document = try read("<html><body>\(page)</body></html>")
      guard markup.contains("<footer") || !page.hasSuffix(markup) || !markup.contains("<header") else {
        continue
      }
      #expect(ContainerSupport.outline(document) == ["heading1 Dyke", "paragraph \(Self.said)"])
      #expect(document.notes.count == 1 && document.notes[0].note.contains("1 \(named)"), "\(document.notes)")
    }
  }

  /// Signs of pages that leave no trace and no note.
  @Test(arguments: [
    "<a href=#main>Skip to content</a>", "<a class=headerlink href=#dyke title='Link to this heading'>¶</a>",
    "<a class=anchor href=#dyke aria-label='Permalink'>#</a>", "<a href=#top>Back to top</a>",
    "<button class=copybtn>Copy</button>", "<span aria-hidden=true>★</span>",
    "<noscript>Turn on scripts</noscript>",
    "<template><p>row</p></template>", "<a href=#>⬆</a>",
  ])
  func signs(markup: String) throws {
    let document = try read("<html><body>\(markup)<h1 id=dyke>Dyke\(markup)</h1>\(Self.prose)</body></html>")
    #expect(ContainerSupport.outline(document) == ["heading1 Dyke", "paragraph \(Self.said)"])
    #expect(document.notes.isEmpty)
  }

  /// What looks like furniture and is text.
  @Test(arguments: [
    ("<p>The C# port has a menu.</p>", "The C# port has a menu."),
    (
      "<div class='menu'><h2>Menu</h2><p>Smoked eel, 14 euros. Sole with butter, 21 euros.</p></div>",
      "Smoked eel, 14 euros"
    ),
    ("<div class='has-sidebar no-toc'><p>The lock is wide.</p></div>", "The lock is wide."),
    (
      "<article><header><h2>Lock</h2><p>By Ann</p></header><p>Wide.</p><footer>Filed in May</footer></article>",
      "Filed in May"
    ),
    ("<main><aside class=note><p>Mind the swell.</p></aside></main>", "Mind the swell."),
    ("<div class=cookie-recipe><p>Bake the biscuits for ten minutes.</p></div>", "Bake the biscuits"),
    (
      "<ul><li><a href=/a>Tide tables</a> of the year</li><li>Charts of the bay</li></ul>",
      "Charts of the bay"
    ),
    (
      "<p id=footer-note class=copyright-law>Copyright law changed in 1965, and the harbour with it.</p>",
      "changed in 1965"
    ),
  ])
  func text(markup: String, expected: String) throws {
    #expect(try read("<html><body><h1>Dyke</h1>\(markup)\(Self.prose)</body></html>").text.contains(expected))
  }

  @Test func mainPartOnly() throws {
    let document = try read(
      """
      <html><head><title>Locks – Harbour</title></head><body><div class=top>Call us</div><h1>Locks</h1>
      <main>\(Self.prose)<h2>Fees</h2><p>A yacht pays 12 euros.</p></main><div>Harbour Lane 3</div></body></html>
      """)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 Locks", "paragraph \(Self.said)", "heading2 Fees", "paragraph A yacht pays 12 euros.",
      ])
    #expect(document.title == "Locks")
    #expect(document.notes[0].note.contains("1 part outside of the page's main content"))
  }

  /// A `main` that holds the smaller part of the text does not hide the rest.
  @Test func mainThatIsNotTheMainPart() throws {
    let document = try read("<body><main><h1>Dyke</h1></main><section>\(Self.prose)</section></body>")
    #expect(document.text == "Dyke\n\n\(Self.said)")
  }

  /// An index has nothing but links: they stay.
  @Test func indexOfLinks() throws {
    let items = (1...9).map { "<li><a href='\($0).html'>Chapter \($0)</a></li>" }.joined()
    let document = try read("<body><div class=toc><ul>\(items)</ul></div></body>")
    #expect(document.text.contains("Chapter 1") && document.text.contains("Chapter 9"))
  }

  @Test func listOfOwnPagesByFileName() throws {
    let items = (1...9).map { "<li><a href='p\($0).html'>Chapter \($0)</a></li>" }.joined()
    let page = "<body><h1>Dyke</h1>\(Self.prose)<div class=toc><ul>\(items)</ul></div></body>"
    #expect(try read(page, name: "a/p3.html").text == "Dyke\n\n\(Self.said)")
    #expect(try read(page, name: "a/index.html").text.contains("Chapter 7"))
  }

  @Test(arguments: [
    (
      "<div class=item><h3><button aria-expanded=false aria-controls=p1>How deep?</button></h3><div id=p1 hidden><p>Nine metres.</p></div></div>",
      ["heading3 How deep?", "paragraph Nine metres."]
    ),
    (
      "<h2>Questions</h2><button class=accordion>How deep?</button><div class=panel style='display:none'><p>Nine metres.</p></div>",
      ["heading2 Questions", "heading3 How deep?", "paragraph Nine metres."]
    ),
    (
      "<h2>Questions</h2><details><summary>How deep?</summary>Nine metres.</details><details><summary>Depth of the sill</summary>Six.</details>",
      [
        "heading2 Questions", "heading3 How deep?", "paragraph Nine metres.", "heading3 Depth of the sill",
        "paragraph Six.",
      ]
    ),
    (
      "<p>Text.</p><details><summary>Show more</summary><p>Nine metres.</p></details>",
      ["paragraph Text.", "paragraph Show more", "paragraph Nine metres."]
    ),
    (
      "<dl><dt><button aria-controls=x>How deep?</button></dt><dd id=x hidden>Nine metres.</dd></dl>",
      ["listItem1 How deep? Nine metres."]
    ),
    (
      "<div role=tablist><button role=tab aria-controls=t1>Metric</button><button role=tab aria-controls=t2>Imperial</button></div>"
        + "<div role=tabpanel id=t1><p>9 m</p></div><div role=tabpanel id=t2 hidden><p>30 ft</p></div>",
      ["paragraph Metric", "paragraph 9 m", "paragraph Imperial", "paragraph 30 ft"]
    ),
    (
      "<p>Text.</p><button aria-expanded=false aria-controls=m>Menu</button><ul id=m hidden><li><a href=/>Home</a><li><a href=/s>Shop</a></ul>",
      ["paragraph Text."]
    ),
  ])
  func panels(html: String, expected: [String]) throws {
    #expect(ContainerSupport.outline(try read("<body>\(html)</body>")) == expected)
  }

  @Test(arguments: [
    ("<pre class='language-swift'><code>let a = 1</code></pre>", ["code ```swift\nlet a = 1\n```"]),
    ("<div class='highlight-default'><pre>x\n</pre></div>", ["code x"]),
    (
      "<table class=highlighttable><tr><td class=linenos><div class=linenodiv><pre>1\n2</pre></div></td><td class=code><pre>a\nb</pre></td></tr></table>",
      ["code a\nb"]
    ),
    (
      "<table class=blob><tr><td class=blob-num data-line-number=1>1</td><td>let a = 1</td></tr><tr><td class=blob-num>2</td><td>let b = 2</td></tr></table>",
      ["code let a = 1\nlet b = 2"]
    ),
    ("<pre><span class=lineno> 1 </span>a\n<span class=lineno> 2 </span>b</pre>", ["code a\nb"]),
    (
      "<p>10<sup>6</sup> of H<sub>2</sub>O on the 1<sup>st</sup>, x<sup>n</sup>, see<sup>[3]</sup></p>",
      ["paragraph 10⁶ of H₂O on the 1st, xⁿ, see[3]"]
    ),
    ("<p>e<sup>-x</sup> and a<sub>ij</sub></p>", ["paragraph e^(-x) and a_(ij)"]),
    (
      "<p>So <span class=katex><span class=katex-mathml><math><semantics><mrow><mi>a</mi></mrow><annotation encoding='application/x-tex'>a^2</annotation></semantics></math></span><span class=katex-html aria-hidden=true>a2</span></span>.</p>",
      ["paragraph So a^2."]
    ),
    (
      "<p>So <math alttext='x_1'><mi>x</mi></math> and <math><msup><mi>y</mi><mn>2</mn></msup></math></p>",
      ["paragraph So x_1 and y^2"]
    ),
    ("<p><img alt='photo.jpg'><img alt='Depth over time'></p>", ["paragraph Depth over time"]),
    (
      "<figure><img alt='The lock'><figcaption>The lock at dawn</figcaption></figure>",
      ["paragraph The lock at dawn"]
    ),
    ("<p>one<wbr>two</p><p>three</p>", ["paragraph onetwo", "paragraph three"]),
    ("<ul><li><pre>code</pre>then</li></ul>", ["code code", "listItem1 - then"]),
    ("<dl><dt>Depth</dt><dd><pre>9</pre></dd></dl>", ["listItem1 Depth:", "code 9"]),
    ("<h2>Long<div>title</div></h2><p>x</p>", ["heading2 Long title", "paragraph x"]),
    (
      "<table><tr><th rowspan=2>Line</th><th colspan=2>Fare</th></tr><tr><th>adult</th><th>child</th></tr><tr><td>Hill</td><td>6</td><td>3</td></tr></table>",
      ["table Line | Fare › adult | Fare › child\nHill | 6 | 3"]
    ),
    ("<table role=presentation><tr><td>a</td><td>b</td></tr></table>", ["paragraph a", "paragraph b"]),
    (
      "<table><tr><th>K</th><th>V</th></tr><tr><td>one</td><td><ul><li>x</li><li>y</li></ul></td></tr></table>",
      ["table K | V\none | x y"]
    ),
    (
      "<div role=table><div role=row><span role=columnheader>K</span><span role=columnheader>V</span></div><div role=row><span role=cell>a</span><span role=cell>1</span></div></div>",
      ["table K | V\na | 1"]
    ),
    (
      "<div class='summary-table two-column-summary'><div class='table-header col-first'>T</div><div class='table-header col-last'>D</div><div class=col-first>int</div><div class=col-last>size</div></div>",
      ["table T | D\nint | size"]
    ),
  ])
  func form(html: String, expected: [String]) throws {
    #expect(ContainerSupport.outline(try read("<body>\(html)</body>")) == expected)
  }

  @Test(arguments: [
    ("Locks - Harbour news", "<h1>Locks</h1>", "Locks"), ("Harbour: Locks", "<h1>Locks</h1>", "Locks"),
    ("Locks of the north", "<h1>Locks</h1>", "Locks of the north"),
    ("Locks | Harbour", "<meta property=og:site_name content=Harbour><h1>All locks</h1>", "Locks"),
    ("Locks — Manual 2.1", "<h1><a href=/>Manual 2.1</a></h1><h1>Locks</h1>", "Locks"),
  ])
  func titles(title: String, markup: String, expected: String) throws {
    #expect(
      try read("<head><title>\(title)</title></head><body>\(markup)\(Self.prose)</body>").title == expected)
  }

  /// A page without `h1` whose title stands in it: that block is its heading.
  @Test func titleAsHeading() throws {
    let document = try read(
      "<head><title>Harbour: Locks</title></head><body><div class=title>Locks</div>\(Self.prose)</body>")
    #expect(ContainerSupport.outline(document).first == "heading1 Locks")
  }

  @Test func metadataOfTheText() throws {
    let document = try read(
      """
      <head><base href="https://example.org/a/b.html"><link rel=canonical href="/locks">
      <script type="application/ld+json">{"@type":"Article","datePublished":"2024-05-06","author":{"@type":"Person","name":"Ann Quay"}}</script>
      </head><body>\(Self.prose)</body>
      """)
    #expect(
      document.metadata == [
        "date": .string("2024-05-06"), "author": .string("Ann Quay"),
        "url": .string("https://example.org/locks"),
      ])
  }

  @Test func savedPage() throws {
    let source = SourceFile(name: "page.mht", bytes: try ContainerSupport.mail("page.mht"))
    #expect(DocumentFormat.detect(name: source.name, bytes: source.bytes) == .html)
    let document = try HTMLReader().read(source, limits: ReadingLimits())
    #expect(document.text == "Lock fees\n\nA yacht pays 12 £ für the passage.")
  }
}
