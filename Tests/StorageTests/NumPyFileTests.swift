import Foundation
import Storage
import TestSupport
import Testing

@Suite struct NumPyFileTests {
  let folder = TemporaryFolder()

  @Test func whatIsWrittenIsRead() throws {
    let floats = NumPyFile(rows: 3, columns: 2, values: [0, -1.5, 2, .infinity, 1e-30, 6] as [Float])
    try floats.data.write(to: URL(fileURLWithPath: folder("a.npy")))
    let read = try NumPyFile<Float>(contentsOf: folder("a.npy"))
    #expect(read.rows == 3 && read.columns == 2 && read.values == floats.values)
    #expect(floats.data.count % 64 == 24, "a head of whole 64 bytes and 24 bytes of values")
    let numbers = NumPyFile(rows: 0, columns: 7, values: [Int32]())
    try numbers.data.write(to: URL(fileURLWithPath: folder("b.npy")))
    #expect(try NumPyFile<Int32>(contentsOf: folder("b.npy")).columns == 7)
  }

  @Test func otherFilesAreErrors() throws {
    let whole = NumPyFile(rows: 2, columns: 2, values: [1, 2, 3, 4] as [Float]).data
    func check(_ data: Data) throws -> StorageError.Code? {
      try data.write(to: URL(fileURLWithPath: folder("c.npy")))
      do throws(StorageError) {
        _ = try NumPyFile<Float>(contentsOf: folder("c.npy"))
        return nil
      } catch {
        return error.code
      }
    }
    #expect(try check(whole) == nil)
    for count in [0, 5, 11, 60, whole.count - 1] { #expect(try check(whole.prefix(count)) == .corrupted) }
    #expect(try check(NumPyFile(rows: 1, columns: 1, values: [1] as [Int32]).data) == .corrupted)
    #expect { try NumPyFile<Float>(contentsOf: folder("none.npy")) } throws: {
      ($0 as? StorageError)?.code == .missing
    }
  }
}
