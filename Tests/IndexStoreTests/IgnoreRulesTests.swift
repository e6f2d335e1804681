import IndexStore
import Storage
import Testing

@Suite struct IgnoreRulesTests {
  @Test(arguments: [
    ("*.log", "a/b.log", false, true),
    ("*.log", "a/b.logs", false, nil),
    ("build/", "x/build", true, true),
    ("build/", "x/build", false, nil),
    ("/top.md", "top.md", false, true),
    ("/top.md", "a/top.md", false, nil),
    ("a/*.md", "a/b.md", false, true),
    ("a/*.md", "a/b/c.md", false, nil),
    ("a/**/c.md", "a/c.md", false, true),
    ("a/**/c.md", "a/x/y/c.md", false, true),
    ("**/tmp", "a/b/tmp", false, true),
    ("doc?.txt", "doc1.txt", false, true),
    ("doc?.txt", "doc/.txt", false, nil),
    ("# comment", "# comment", false, nil),
    ("*.md\n!keep.md", "keep.md", false, false),
    ("!keep.md\n*.md", "keep.md", false, true),
    ("trailing.md   ", "trailing.md", false, true),
  ])
  func verdict(rules: String, path: String, isFolder: Bool, expected: Bool?) {
    #expect(IgnoreRules(rules).verdict(DocumentPath(path), isFolder: isFolder) == expected)
  }

  @Test func hostilePatternsEndSoon() {
    let rules = IgnoreRules(String(repeating: "*a", count: 50) + "b")
    #expect(rules.verdict(DocumentPath(String(repeating: "a", count: 5000)), isFolder: false) == nil)
  }
}
