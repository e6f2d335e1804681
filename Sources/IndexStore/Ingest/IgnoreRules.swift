import Storage

/// Patterns of paths to leave out, in the manner of gitignore.
///
/// One pattern a line; `#` begins a comment, `!` takes a path back in, a trailing `/` matches folders only, a
/// pattern with a `/` before its end is bound to the folder of the file, `*` and `?` stay within a name, `**`
/// crosses folders. The last pattern that matches decides.
package struct IgnoreRules: Hashable, Sendable {
  private struct Rule: Hashable {
    var pattern: [UInt8]
    var isNegated: Bool
    var folderOnly: Bool
    var isAnchored: Bool
  }

  private var rules: [Rule] = []

  package init(_ text: String) { self.init(Array(text.utf8)) }

  /// - Parameter bytes: patterns are compared with the bytes of names, whatever their encoding.
  package init(_ bytes: [UInt8]) {
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      var pattern = Array(line)
      while let last = pattern.last, last == 0x20 || last == 0x09 || last == 0x0D { pattern.removeLast() }
      var rule = Rule(pattern: [], isNegated: false, folderOnly: false, isAnchored: false)
      if pattern.first == UInt8(ascii: "!") {
        rule.isNegated = true
        pattern.removeFirst()
      }
      guard let first = pattern.first, first != UInt8(ascii: "#") else { continue }
      if pattern.last == UInt8(ascii: "/") {
        rule.folderOnly = true
        pattern.removeLast()
      }
      rule.isAnchored = pattern.contains(UInt8(ascii: "/"))
      if pattern.first == UInt8(ascii: "/") { pattern.removeFirst() }
      guard !pattern.isEmpty else { continue }
      rule.pattern = pattern
      rules.append(rule)
    }
  }

  package var isEmpty: Bool { rules.isEmpty }

  /// What the rules say of `path`, relative to their folder; `nil` where no pattern matches.
  ///
  /// - Complexity: O(rules × path) for patterns without `*` in a row.
  package func verdict(_ path: DocumentPath, isFolder: Bool) -> Bool? {
    let bytes = path.fileBytes
    let nameStart = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    for rule in rules.reversed() where !rule.folderOnly || isFolder {
      let candidate = rule.isAnchored ? bytes[...] : bytes[nameStart...]
      if Self.matches(rule.pattern[...], candidate) { return !rule.isNegated }
    }
    return nil
  }

  /// Glob matching with one point of return each for `*` and `**`: linear memory, no recursion.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    let star = UInt8(ascii: "*")
    let slash = UInt8(ascii: "/")
    var p = pattern.startIndex
    var t = text.startIndex
    var single: (p: Int, t: Int)?
    var double: (p: Int, t: Int)?
    while t < text.endIndex || p < pattern.endIndex {
      if p < pattern.endIndex {
        if pattern[p] == star {
          if p + 1 < pattern.endIndex, pattern[p + 1] == star {
            p += 2
            // `**/` also matches no folder at all.
            if p < pattern.endIndex, pattern[p] == slash { p += 1 }
            double = (p, t)
            single = nil
          } else {
            p += 1
            single = (p, t)
          }
          continue
        }
        if t < text.endIndex,
          pattern[p] == text[t] || (pattern[p] == UInt8(ascii: "?") && text[t] != slash)
        {
          p += 1
          t += 1
          continue
        }
      }
      if let back = single, back.t < text.endIndex, text[back.t] != slash {
        single = (back.p, back.t + 1)
        (p, t) = (back.p, back.t + 1)
      } else if let back = double, back.t < text.endIndex {
        double = (back.p, back.t + 1)
        single = nil
        (p, t) = (back.p, back.t + 1)
      } else {
        return false
      }
    }
    return true
  }
}
