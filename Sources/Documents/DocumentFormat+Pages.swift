/// What the pages of a document are called.
package enum PageKind: Sendable {
  case page, slide, sheet
}

extension DocumentFormat {
  /// What people call a page of a document in this format.
  package var pageKind: PageKind {
    switch rawValue {
    case "pptx", "odp", "ppt": .slide
    case "xlsx", "ods", "xls": .sheet
    default: .page
    }
  }

  /// Whether `PageRenderer` can show pages of such files.
  package var hasPageImages: Bool { rawValue == "pdf" || rawValue == "image" }
}
