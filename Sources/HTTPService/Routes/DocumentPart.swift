import Hummingbird

/// What a path below `/api/v1/documents/` asks for. An identity may hold slashes, so that the end of the path decides.
enum DocumentPart: Hashable {
  case whole(id: String)
  case chunks(id: String)
  case place(id: String)
  case pageImage(id: String, page: Int)

  static let folder = "/api/v1/documents/"

  /// - Throws: `ServiceError.invalidRequest` where the path is no UTF-8.
  init(_ request: Request) throws(ServiceError) {
    self = try DocumentPart(path: request.uri.path)
  }

  init(path: String) throws(ServiceError) {
    let segments = path.dropFirst(Self.folder.count).split(separator: "/", omittingEmptySubsequences: false)
    func id(before last: Int) throws(ServiceError) -> String {
      try Request.decoded(segments.dropLast(last).joined(separator: "/"))
    }
    if segments.count > 3, segments.last == "image", segments[segments.count - 3] == "pages",
      let page = Int(segments[segments.count - 2])
    {
      self = .pageImage(id: try id(before: 3), page: page)
    } else if segments.count > 1, segments.last == "chunks" {
      self = .chunks(id: try id(before: 1))
    } else if segments.count > 1, segments.last == "place" {
      self = .place(id: try id(before: 1))
    } else {
      self = .whole(id: try id(before: 0))
    }
  }

  /// Whether it is more than the document itself: such a part can only be read.
  static func isPart(_ path: String) -> Bool {
    guard path.hasPrefix(folder), let part = try? DocumentPart(path: path) else { return false }
    if case .whole = part { return false }
    return true
  }
}
