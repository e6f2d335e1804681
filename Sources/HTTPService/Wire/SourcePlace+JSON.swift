import Documents
import Generation

extension SourcePlace {
  /// What is told of a place beside `page`; what is not known is left out.
  func members(_ format: DocumentFormat?) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = []
    if let source {
      members.append(("source_start", .integer(source.lowerBound)))
      members.append(("source_end", .integer(source.upperBound)))
    }
    if let pageSize {
      members.append(("page_size", .array([.number(pageSize.width), .number(pageSize.height)])))
    }
    if let box {
      members.append(("box", box.json))
      members.append(("boxes", .array(lines.map(\.json))))
    }
    if let page {
      switch format?.pageKind {
      case .slide: members.append(("slide", .integer(page)))
      case .sheet: if let pageName { members.append(("sheet", .string(pageName))) }
      case .page, nil: break
      }
    }
    if let row { members.append(("row", .integer(row))) }
    return members
  }

  /// The place in words: `page 3`, `sheet Prices, row 7`, `slide 4`; `nil` where only bytes say it.
  package func words(_ format: DocumentFormat?) -> String? {
    var parts: [String] = []
    if let page {
      switch format?.pageKind {
      case .slide: parts.append("slide \(page)")
      case .sheet: parts.append("sheet \(pageName ?? String(page))")
      case .page, nil: parts.append("page \(page)")
      }
    }
    if let row { parts.append("row \(row)") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension PageBox {
  /// Left, top, right, bottom.
  var json: JSONValue { .array([.number(left), .number(top), .number(right), .number(bottom)]) }
}

extension Citation {
  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("marker", .integer(marker)), ("document_id", .string(documentID)), ("uri", .string(uri)),
      ("title", JSONValue(title)), ("start", .integer(range.lowerBound)), ("end", .integer(range.upperBound)),
      ("page", JSONValue(page)), ("heading", .string(headingPath.joined(separator: " › "))),
      ("quote", .string(quote)),
    ]
    if let header { members.append(("header", .string(header))) }
    if let place { members += place.members(format) }
    return .object(members)
  }

  /// The document and where in it, in words: `prices.xlsx, sheet Prices, row 7`.
  package var placeInWords: String {
    let place = place ?? pageAlone
    return place.words(format).map { documentID + ", " + $0 } ?? documentID
  }

  /// Bytes of the file where they are known, else of the text.
  package var bytesInWords: String {
    if let source = place?.source { return "bytes \(source.lowerBound)-\(source.upperBound)" }
    return "bytes \(range.lowerBound)-\(range.upperBound) of its text"
  }

  private var pageAlone: SourcePlace {
    var place = SourcePlace()
    place.page = page
    return place
  }
}
