import CXML2

/// An element of a parsed tree; keeps the tree alive.
struct XMLNode {
  let tree: MarkupTree
  let pointer: UnsafeMutablePointer<xmlNode>

  /// The name without its prefix.
  var name: String {
    pointer.pointee.name.map { String(cString: $0) } ?? ""
  }

  var isElement: Bool { pointer.pointee.type == XML_ELEMENT_NODE }
  var isText: Bool { pointer.pointee.type == XML_TEXT_NODE || pointer.pointee.type == XML_CDATA_SECTION_NODE }

  /// The UTF-8 bytes of a text node.
  var content: UnsafeBufferPointer<UInt8> {
    guard let start = pointer.pointee.content else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(start: start, count: Int(xmlStrlen(start)))
  }

  /// Child nodes in document order, text included.
  var children: Children { Children(tree: tree, upcoming: pointer.pointee.children) }

  /// Child elements in document order.
  var elements: some Sequence<XMLNode> { children.lazy.filter { $0.isElement } }

  /// All elements below, depth first, this one's children before theirs.
  ///
  /// - Complexity: O(nodes below) to walk, O(depth) memory.
  var descendants: Descendants { Descendants(top: self, current: pointer) }

  /// Child elements called `name`.
  func elements(_ name: String) -> [XMLNode] { elements.filter { $0.name == name } }

  /// The first child element called `name`.
  func first(_ name: String) -> XMLNode? { elements.first { $0.name == name } }

  /// The first element called `name` below this one, depth first.
  ///
  /// - Complexity: O(nodes below).
  func descendant(_ name: String) -> XMLNode? {
    for child in elements {
      if child.name == name { return child }
      if let found = child.descendant(name) { return found }
    }
    return nil
  }

  /// The attribute `name`: the one without a namespace if there is one, else the first so called.
  func attribute(_ name: String) -> String? {
    var found: String?
    var next = pointer.pointee.properties
    while let attribute = next {
      if let local = attribute.pointee.name, xmlStrEqual(local, name) == 1 {
        if attribute.pointee.ns == nil { return value(attribute) }
        if found == nil { found = value(attribute) }
      }
      next = attribute.pointee.next
    }
    return found
  }

  /// The attribute `name` in Office's relationships namespace, such as `r:id`.
  func relationship(_ name: String) -> String? {
    var next = pointer.pointee.properties
    while let attribute = next {
      if let local = attribute.pointee.name, xmlStrEqual(local, name) == 1,
        let space = attribute.pointee.ns?.pointee.href,
        String(cString: space).hasSuffix("/relationships")
      {
        return value(attribute)
      }
      next = attribute.pointee.next
    }
    return nil
  }

  /// All text below, in order.
  var text: String {
    var bytes: [UInt8] = []
    gather(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func gather(into bytes: inout [UInt8]) {
    for child in children {
      if child.isText {
        bytes.append(contentsOf: child.content)
      } else if child.isElement {
        child.gather(into: &bytes)
      }
    }
  }

  private func value(_ attribute: UnsafeMutablePointer<xmlAttr>) -> String {
    var bytes: [UInt8] = []
    var next = attribute.pointee.children
    while let node = next {
      if let content = node.pointee.content {
        bytes.append(contentsOf: UnsafeBufferPointer(start: content, count: Int(xmlStrlen(content))))
      }
      next = node.pointee.next
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Siblings from one node on.
  struct Children: Sequence, IteratorProtocol {
    let tree: MarkupTree
    fileprivate var upcoming: UnsafeMutablePointer<xmlNode>?

    mutating func next() -> XMLNode? {
      guard let pointer = upcoming else { return nil }
      upcoming = pointer.pointee.next
      return XMLNode(tree: tree, pointer: pointer)
    }
  }

  /// The elements below a node, in document order.
  struct Descendants: Sequence, IteratorProtocol {
    let top: XMLNode
    fileprivate var current: UnsafeMutablePointer<xmlNode>

    mutating func next() -> XMLNode? {
      var next = current
      while true {
        if let child = next.pointee.children, next.pointee.type == XML_ELEMENT_NODE {
          next = child
        } else {
          while next != top.pointer, next.pointee.next == nil {
            guard let parent = next.pointee.parent else { return nil }
            next = parent
          }
          guard next != top.pointer, let sibling = next.pointee.next else { return nil }
          next = sibling
        }
        if next.pointee.type == XML_ELEMENT_NODE {
          current = next
          return XMLNode(tree: top.tree, pointer: next)
        }
      }
    }
  }
}
