/// What the classes and the id of an element say about its part in a page.
///
/// Names are split into words (`md-sidebar`, `SideBar`, `nav_main`): what counts is a whole name, its last word that
/// says something, or a pair of words. A name that only states something (`has-sidebar`, `no-toc`) says nothing.
struct HTMLClassWords: OptionSet {
  let rawValue: UInt32

  /// Navigation by a name that is used for nothing else.
  static let navigation = HTMLClassWords(rawValue: 1 << 0)
  /// Navigation where most of it is links.
  static let links = HTMLClassWords(rawValue: 1 << 1)
  static let breadcrumbs = HTMLClassWords(rawValue: 1 << 2)
  static let sidebar = HTMLClassWords(rawValue: 1 << 3)
  static let contents = HTMLClassWords(rawValue: 1 << 4)
  static let consent = HTMLClassWords(rawValue: 1 << 5)
  /// A cookie notice only if its text speaks of cookies.
  static let cookies = HTMLClassWords(rawValue: 1 << 6)
  static let sharing = HTMLClassWords(rawValue: 1 << 7)
  static let related = HTMLClassWords(rawValue: 1 << 8)
  static let advertisement = HTMLClassWords(rawValue: 1 << 9)
  static let newsletter = HTMLClassWords(rawValue: 1 << 10)
  static let skipLink = HTMLClassWords(rawValue: 1 << 11)
  static let editLink = HTMLClassWords(rawValue: 1 << 12)
  static let printOnly = HTMLClassWords(rawValue: 1 << 13)
  static let footer = HTMLClassWords(rawValue: 1 << 14)
  static let lineNumbers = HTMLClassWords(rawValue: 1 << 15)
  static let copyButton = HTMLClassWords(rawValue: 1 << 16)
  static let permalink = HTMLClassWords(rawValue: 1 << 17)
  /// A panel of an accordion, of tabs or of questions and answers.
  static let panel = HTMLClassWords(rawValue: 1 << 18)
  static let dialog = HTMLClassWords(rawValue: 1 << 19)
  /// A formula as a script has drawn it.
  static let drawnFormula = HTMLClassWords(rawValue: 1 << 20)
  static let header = HTMLClassWords(rawValue: 1 << 21)

  init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// - Parameter value: a class or id attribute: names between blanks.
  /// - Complexity: O(bytes), of which at most 2,000 are looked at.
  init(_ value: String) {
    self = []
    for name in value.utf8.prefix(2000).split(whereSeparator: { $0 <= 0x20 }) {
      formUnion(Self.meaning(of: Array(name)))
    }
  }

  // MARK: One name

  private static func meaning(of name: [UInt8]) -> HTMLClassWords {
    let words = split(name)
    guard let first = words.first, !statements.contains(first) else { return [] }
    let joined = words.joined()
    if let known = whole[joined] { return known }
    var meaning: HTMLClassWords = []
    for (prefix, kind) in vendors where joined.hasPrefix(prefix) { meaning.formUnion(kind) }
    let speakers = words.count(where: privacy.contains)
    if speakers > 0 {
      meaning.insert(speakers > 1 || words.contains(where: notices.contains) ? .consent : .cookies)
    }
    if words.contains(where: panels.contains) { meaning.insert(.panel) }
    var core = words[...]
    while core.count > 1, let last = core.last, wrappers.contains(last) { core.removeLast() }
    if let last = core.last, let kind = lasts[last] { meaning.formUnion(kind) }
    if core.count < words.count, let kind = whole[core.joined()] { meaning.formUnion(kind) }
    if words.count >= 2, let kind = pairs[words[0]], kind.seconds.contains(words[1]) {
      meaning.formUnion(kind.kind)
    }
    return meaning
  }

  /// Words in lower case, without digits at their ends.
  private static func split(_ name: [UInt8]) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    var wasLower = false
    func flush() {
      while let last = word.last, (0x30...0x39).contains(last) { word.removeLast() }
      if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
      word = []
    }
    for byte in name {
      let isUpper = (0x41...0x5A).contains(byte)
      let isLetter = isUpper || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte >= 0x80
      if !isLetter || (isUpper && wasLower) { flush() }
      if isLetter { word.append(isUpper ? byte + 32 : byte) }
      wasLower = isLetter && !isUpper
    }
    flush()
    return words
  }

  // MARK: The words

  private static func set(_ list: String) -> Set<String> { Set(list.split(separator: " ").map(String.init)) }

  /// First words of names that state something of an element.
  private static let statements = set(
    "has with no is without not js can show hide hides use enable disable disabled supports sans without")

  /// Words at the end of a name that add nothing.
  private static let wrappers = set(
    "wrapper wrap container inner outer list block section area box bar group widget region row col column content "
      + "panel holder main items item left right top bottom desktop mobile primary secondary global site page header "
      + "body root component module placeholder")

  private static let privacy = set(
    "cookie cookies consent gdpr ccpa rgpd dsgvo cookiebanner cookieconsent cookielaw")
  private static let notices = set(
    "banner notice notification bar popup modal message overlay dialog disclaimer prompt alert law info box "
      + "container manager warning hint layer settings preferences wrapper acceptance panel footer bot"
  )
  private static let panels = set(
    "accordion accordions collapse collapsible collapsed answer answers faq faqs faqpage tabpanel tabcontent tabpane "
      + "tab tabs toggle togglebox expand expandable expander expandcontent disclosure spoiler panel details qa "
      + "dropcontent")

  private static let vendors: [(String, HTMLClassWords)] =
    set(
      "onetrust otsdk cybot cookiebot cookieyes didomi usercentrics qccmp spmessage truste trustarc iubenda klaro cmplz "
        + "ccwindow osano termly borlabs moovegdpr tarteaucitron fcconsent cookieconsent"
    ).map { ($0, .consent) }
    + set("addtoany addthis sharedaddy sharethis").map { ($0, .sharing) }
    + set("taboola outbrain adsbygoogle googlead dfpad").map { ($0, .advertisement) }

  /// Meanings of whole names, without what separates their words.
  private static let whole: [String: HTMLClassWords] = table([
    (
      .navigation,
      "nav navbar navigation topnav subnav sidenav bottomnav navheader navfooter navpanel navpath navrow navrowtop "
        + "navrowbottom navlist prevnext prevnextbar siteNav sitenav mainnav mwnavigation mwpanel mwhead paginationnav "
        + "navigationbar navbarnav doctoc nextprev headernav footernav related relatedlinksbar langselector languageselector "
        + "navtarget navcontainer navbreadcrumbs mdheader mdtabs skipnav searchbox searchform quicksearch navparent"
    ),
    (.breadcrumbs, "breadcrumb breadcrumbs crumbs crumb breadcrumbsection pathlinks"),
    (
      .links,
      "menu mainmenu topmenu submenu sidemenu menubar sitemap footermenu langs language languages toplang bottomlang "
        + "quicklinks quickview pager pagination paginator pagenav"
    ),
    (
      .sidebar,
      "sidebar sidebars sphinxsidebar sphinxsidebarwrapper sidecolumn rightbar leftbar leftnav rightnav secondarysidebar"
    ),
    (.contents, "toc tableofcontents localtoc pagetoc onthispage inpagenav tocbox doctoc minitoc tocify"),
    (
      .sharing,
      "share sharing sharebar sharebuttons social socials socialbar sociallinks socialmedia socialicons socialshare"
    ),
    (.related, "related recommended recommendations morestories relatedposts relatedarticles relatedcontent"),
    (
      .advertisement,
      "ad ads advert adverts advertisement advertisements sponsored adslot adbanner adcontainer adunit"
    ),
    (.newsletter, "newsletter newslettersignup subscribe subscribebox mailinglist signupform emailsignup"),
    (
      .skipLink,
      "skip skiplink skiplinks skipnav skipnavigation skiptocontent skiptomain jumplink mwjumplink jumptonav"
    ),
    (
      .editLink,
      "mweditsection editsection editthispage editpage editlink themeeditthispage ghedit githublink viewcodelink "
        + "viewsource mdcontentbutton editonGitHub editongithub wyeditonGitHub"
    ),
    (
      .printOnly,
      "printonly onlyprint printfooter visibleprint visibleprintblock dprintblock screenhide noscreen"
    ),
    (
      .footer,
      "footer pagefooter sitefooter globalfooter colophon bottomfooter footernotices mdfooter mwfooter docfooter pagefoot "
        + "copyright wpfooter"
    ),
    (
      .lineNumbers,
      "linenos lineno linenumbers linenodiv linenumbersrows hljslnnumbers blobnum linenumber rougegutter gutter lnt ln lnn "
        + "codelinenumber linenums"
    ),
    (
      .copyButton,
      "copybtn copybutton clipboard btnclipboard mdclipboard copycode copytoclipboard zeroclipboard"
    ),
    (
      .permalink,
      "headerlink permalink hashlink headinganchor anchorjslink headeranchor anchorlink selflink headinglink"
    ),
    (.dialog, "modal dialog popup lightbox popover tooltip mwpopups tooltiptext"),
    (
      .drawnFormula,
      "MathJax mathjax mathjaxpreview mathjaxdisplay mathjaxsvg mathjaxchtml mathjaxsvgdisplay katexhtml mathjaxprocessing"
    ),
    (
      .header,
      "masthead siteheader pageheader globalheader topbar bannertop headerbar header top mwheader doctitlebar"
    ),
    (.panel, "tabcontent tabpane panelbody panelcollapse"),
  ])

  /// Meanings of the last word that says something.
  private static let lasts: [String: HTMLClassWords] = table([
    (.links, "nav navbar navigation navi menu menubar submenu pagination pager paginator navlinks"),
    (.breadcrumbs, "breadcrumb breadcrumbs crumbs"),
    (.sidebar, "sidebar sidenav sidebars"),
    (.contents, "toc"),
    (.sharing, "share sharing sharebar"),
    (.advertisement, "ads advert advertisement"),
    (.newsletter, "newsletter"),
    (.footer, "footer colophon"),
    (.header, "masthead topbar"),
    (.dialog, "modal lightbox popover"),
  ])

  private static let pairs: [String: (seconds: Set<String>, kind: HTMLClassWords)] = [
    "related": (
      set("posts articles links content stories pages topics items news reading products videos"), .related
    ),
    "recommended": (set("posts articles links content stories pages items reading products"), .related),
    "share": (set("buttons links bar icons post tools social this"), .sharing),
    "social": (set("media links share sharing icons buttons bar nav list menu networks"), .sharing),
    "nav": (set("links menu list bar previous next tabs items"), .links),
    "next": (set("previous prev page"), .links), "prev": (set("next"), .links),
    "page": (set("navigation nav"), .links), "table": (set("of"), .contents),
    "back": (set("top"), .skipLink), "edit": (set("this on"), .editLink),
  ]

  private static func table(_ lists: [(HTMLClassWords, String)]) -> [String: HTMLClassWords] {
    var table: [String: HTMLClassWords] = [:]
    for (kind, names) in lists {
      for name in names.split(separator: " ") { table[name.lowercased(), default: []].formUnion(kind) }
    }
    return table
  }
}
