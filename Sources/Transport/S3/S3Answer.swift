import Foundation
import FoundationXML

/// What S3 says in XML: texts of elements by name, and those inside `Contents` or `Upload` as a record each.
final class S3Answer: NSObject, XMLParserDelegate {
  private(set) var fields: [String: String] = [:]
  private(set) var records: [[String: String]] = []
  private var record: [String: String]?
  private var text = ""
  private static let groups: Set<String> = ["Contents", "Upload"]

  /// Bytes that are no XML give an answer without fields.
  init(_ bytes: [UInt8]) {
    super.init()
    let parser = XMLParser(data: Data(bytes))
    parser.delegate = self
    _ = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    text = ""
    if Self.groups.contains(name) { record = [:] }
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    if Self.groups.contains(name) {
      if let record { records.append(record) }
      record = nil
    } else if record != nil {
      record?[name] = text
    } else {
      fields[name] = text
    }
    text = ""
  }
}
