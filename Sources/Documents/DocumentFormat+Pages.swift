/// What the pages of a document are called.
package enum PageKind: Sendable {
  case page, slide, sheet
}

extension DocumentFormat {
  /// What people call a page of a document in this format.
  package var pageKind: PageKind {
    switch self {
    case .pptx, .odp, .ppt: .slide
    case .xlsx, .ods, .xls: .sheet
    default: .page
    }
  }

  /// Whether `PagePictures` can show pages of such files.
  package var hasPageImages: Bool { self == .pdf || self == .image }
}
