import IndexStore
import Testing

@Suite struct FilterParserTests {
  @Test(arguments: [
    ("language = 'de'", "language eq 'de'"),
    ("page>=3", "page gte 3.0"),
    ("a = 1 and b != x or not c lt 2", "((a eq 1.0 and b ne 'x') or not c lt 2.0)"),
    ("tag in ('a', \"b\", 3, true)", "tag in ('a', 'b', 3.0, true)"),
    ("tag not in (a)", "not tag in ('a')"),
    ("tag nin (a)", "not tag in ('a')"),
    ("(a = 1 or b = 2) and c = 3", "((a eq 1.0 or b eq 2.0) and c eq 3.0)"),
    ("'odd name' == 'it\\'s'", "odd name eq 'it\\'s'"),
    ("a exists and not b EXISTS", "(a exists and not b exists)"), ("exists = 1", "exists eq 1.0"),
    ("A GTE 5 AND b <> 'x'", "(A gte 5.0 and b ne 'x')"),
  ])
  func reads(text: String, expected: String) throws {
    #expect(try FilterParser.parse(text).description == expected)
  }

  @Test(arguments: [
    "", "a", "a =", "= 1", "a = 1 and", "(a = 1", "a in 1", "a in ()", "a = 'x", "a = 1 b = 2", "not",
    "a not = 1",
    "a exists b", "a not exists", "a => 1", ")", "a in (1,",
  ])
  func refuses(text: String) {
    let error = #expect(throws: IndexStoreError.self) { try FilterParser.parse(text) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("at byte") == true)
  }

  @Test func depthIsBounded() {
    let deep = String(repeating: "(", count: 100_000) + "a = 1" + String(repeating: ")", count: 100_000)
    #expect(throws: IndexStoreError.self) { try FilterParser.parse(deep) }
    let nots = String(repeating: "not ", count: 100_000) + "a = 1"
    #expect(throws: IndexStoreError.self) { try FilterParser.parse(nots) }
  }
}
