import Documents

/// Office files made of XML that a test writes.
enum OfficePackages {
  private static let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
  static let namespaces = """
    xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' xmlns:r='\(office)' \
    xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math' \
    xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' xmlns:v='urn:schemas-microsoft-com:vml' \
    xmlns:o='urn:schemas-microsoft-com:office:office' \
    xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' \
    xmlns:c='http://schemas.openxmlformats.org/drawingml/2006/chart' \
    xmlns:dgm='http://schemas.openxmlformats.org/drawingml/2006/diagram' \
    xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'
    """

  /// A part that the main part refers to: the last word of its relationship's type, its name, its XML.
  typealias Part = (type: String, name: String, xml: String)

  /// A Word document; the first of `parts` has the relationship `r0`.
  static func word(_ body: String, _ parts: [Part] = []) -> SourceFile {
    package(
      "a.docx", "word/document.xml", "<w:document \(namespaces)><w:body>\(body)</w:body></w:document>", parts)
  }

  /// A presentation; each slide is the XML of its shapes, the attributes of its root, and its parts.
  static func slides(_ slides: [(shapes: String, attributes: String, parts: [Part])], _ shared: [Part] = [])
    -> SourceFile
  {
    let list = slides.indices.map { "<p:sldId id='\(256 + $0)' r:id='r\($0)'/>" }.joined()
    var extra: [(String, String)] = []
    var parts: [Part] = []
    for (index, slide) in slides.enumerated() {
      parts.append(
        (
          "slide", "ppt/slides/s\(index).xml",
          "<p:sld \(namespaces) \(slide.attributes)><p:cSld><p:spTree>\(slide.shapes)</p:spTree></p:cSld></p:sld>"
        ))
      extra.append(("ppt/slides/_rels/s\(index).xml.rels", relationships(slide.parts)))
      extra += slide.parts.map { ($0.name, $0.xml) }
    }
    return package(
      "a.pptx", "ppt/presentation.xml",
      "<p:presentation \(namespaces)><p:sldIdLst>\(list)</p:sldIdLst></p:presentation>", parts + shared, extra
    )
  }

  private static func package(
    _ name: String, _ main: String, _ xml: String, _ parts: [Part], _ extra: [(String, String)] = []
  ) -> SourceFile {
    let folder = main.split(separator: "/")
    let entries =
      [
        ("_rels/.rels", relationships([("officeDocument", main, "")])), (main, xml),
        ("\(folder[0])/_rels/\(folder[1]).rels", relationships(parts)),
      ] + parts.map { ($0.name, $0.xml) } + extra
    return SourceFile(
      name: name,
      bytes: StoredZip.archive(entries.map { StoredZip.Entry(name: $0.0, bytes: Array($0.1.utf8)) }))
  }

  private static func relationships(_ parts: [Part]) -> String {
    let list = parts.enumerated().map {
      "<Relationship Id='r\($0)' Type='\(office)/\($1.type)' Target='/\($1.name)'/>"
    }
    return "<Relationships>\(list.joined())</Relationships>"
  }

  static func chart(_ inside: String) -> String { "<c:chartSpace \(namespaces)>\(inside)</c:chartSpace>" }
}
