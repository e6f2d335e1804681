import Catalog
import Foundation
import TestSupport
import Tracking

/// A store in a folder of its own.
struct Store {
  let folder = TemporaryFolder()
  let catalog: Catalog
  let tracking: TrackingStore

  init() throws {
    catalog = try Catalog(path: folder("catalog.sqlite"), createIfMissing: true)
    tracking = TrackingStore(catalog: catalog, home: folder("home"))
  }

  /// Where the bytes of a file lie.
  func place(_ file: ArtifactStore.File) -> String {
    folder("home/_artifacts/sha256/\(file.digest.prefix(2))/\(file.digest)")
  }

  func run(_ name: String = "run", experiment: Int64 = 0, startedAt: Int64 = 0) throws -> Run {
    try tracking.createRun(experiment: experiment, name: name, user: "u", startedAt: startedAt, tags: [:])
  }
}
