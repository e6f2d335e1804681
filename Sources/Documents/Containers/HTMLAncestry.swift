import CXML2

/// Questions about what an element stands in and beside.
enum HTMLAncestry {
  private static let content: Set<String> = ["article", "main", "blockquote", "figure", "section"]

  /// Whether `node` is inside an element that makes headers, footers and asides its own.
  ///
  /// - Complexity: O(depth).
  static func isInContent(_ node: XMLNode) -> Bool {
    var above = parent(node)
    while let element = above {
      if content.contains(element.name) || element.attribute("role") == "main" { return true }
      above = parent(element)
    }
    return false
  }

  static func isInMain(_ node: XMLNode) -> Bool {
    var above: XMLNode? = node
    while let element = above {
      if element.name == "main" || element.attribute("role") == "main" { return true }
      above = parent(element)
    }
    return false
  }

  static func isInside(_ node: XMLNode, _ name: String) -> Bool {
    var above = parent(node)
    while let element = above {
      if element.name == name { return true }
      above = parent(element)
    }
    return false
  }

  /// Whether an element around `node` has the role.
  static func hasRole(above node: XMLNode, _ role: String) -> Bool {
    var above = parent(node)
    while let element = above {
      if element.attribute("role") == role { return true }
      above = parent(element)
    }
    return false
  }

  static func parent(_ node: XMLNode) -> XMLNode? {
    guard let pointer = node.pointer.pointee.parent, pointer.pointee.type == XML_ELEMENT_NODE else {
      return nil
    }
    return XMLNode(tree: node.tree, pointer: pointer)
  }

  /// The element before `node` under the same parent.
  static func previous(_ node: XMLNode) -> XMLNode? { sibling(node) { $0.pointee.prev } }

  /// The element behind `node` under the same parent.
  static func next(_ node: XMLNode) -> XMLNode? { sibling(node) { $0.pointee.next } }

  private static func sibling(
    _ node: XMLNode, _ step: (UnsafeMutablePointer<xmlNode>) -> UnsafeMutablePointer<xmlNode>?
  ) -> XMLNode? {
    var pointer = step(node.pointer)
    while let found = pointer {
      if found.pointee.type == XML_ELEMENT_NODE { return XMLNode(tree: node.tree, pointer: found) }
      pointer = step(found)
    }
    return nil
  }

  /// The level of the nearest heading before `node`, beside it or beside what it is in; 1 where there is none.
  ///
  /// - Complexity: O(1): at most 400 elements are looked at.
  static func headingLevel(above node: XMLNode) -> Int {
    var steps = 0
    var current: XMLNode? = node
    while let element = current {
      var before = previous(element)
      while let candidate = before, steps < 400 {
        steps += 1
        if let level = HTMLNames.headingLevel(candidate.name) { return level }
        if candidate.name == "header" || candidate.name == "hgroup" || candidate.name == "summary",
          let level = candidate.elements.compactMap({ HTMLNames.headingLevel($0.name) }).first
        {
          return level
        }
        before = previous(candidate)
      }
      current = steps < 400 ? parent(element) : nil
    }
    return 1
  }
}
