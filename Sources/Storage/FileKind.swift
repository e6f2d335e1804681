/// What an index file holds; part of its header, so that one file is never read as another.
package enum FileKind: UInt16, CaseIterable, Sendable {
  case vectorsFloat32 = 1
  case vectorsInt8 = 2
  case graphHNSW = 3
  case termDictionary = 4
  case postings = 5
  case norms = 6
  case fields = 7
  case chunkIDs = 8
  case deletes = 9
  case positions = 10

  /// The newest format version that this build writes, and the oldest that it reads.
  package var versions: ClosedRange<UInt16> { 1...1 }
}
