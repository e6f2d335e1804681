import Documents

extension Table {
  /// Reads one JSON object a line. A member that is absent or `null` is missing; strings, numbers and booleans are
  /// values. Types come from `schema`, else they are inferred. Columns come in the order in which they first appear.
  ///
  /// - Parameter jsonLines: UTF-8; empty lines are passed over.
  /// - Throws: `.malformed` for what is no object, for a list or an object in one, or a number that is none.
  /// - Complexity: O(bytes + rows × columns).
  package init(jsonLines: [UInt8], schema: TableSchema = TableSchema()) throws(TableError) {
    var builders: [EncodedColumn] = []
    var places: [[UInt8]: Int] = [:]
    var rows = 0
    var line = 0
    for bytes in jsonLines.split(separator: 0x0A, omittingEmptySubsequences: false) {
      line += 1
      var cursor = JSONCursor(Array(bytes))
      cursor.skipBlanks()
      if cursor.isAtEnd { continue }
      do {
        try cursor.expect(0x7B)
        if !cursor.take(0x7D) {
          repeat {
            let name = try cursor.string()
            try cursor.expect(0x3A)
            let value = try Self.scalar(&cursor, line: line)
            let place = places[name] ?? builders.count
            if place == builders.count {
              places[name] = place
              let title = String(decoding: name, as: UTF8.self)
              var builder = EncodedColumn(name: title, declared: schema.type(of: title), keepsText: true)
              for _ in 0..<rows { builder.append([]) }
              builders.append(builder)
            }
            guard builders[place].count == rows else {
              throw TableError(
                .malformed, "line \(line): two members are named \(String(decoding: name, as: UTF8.self))")
            }
            builders[place].append(value)
          } while cursor.take(0x2C)
          try cursor.expect(0x7D)
        }
        guard cursor.isAtEnd else {
          throw TableError(.malformed, "line \(line): something follows the object")
        }
      } catch let error as TableError {
        throw error
      } catch {
        throw TableError(.malformed, "line \(line): \(error)", underlying: error)
      }
      rows += 1
      for index in builders.indices where builders[index].count < rows { builders[index].append([]) }
    }
    var columns: [Column] = []
    for builder in builders { columns.append(try builder.column()) }
    try self.init(columns: columns)
  }

  /// The bytes of the value that starts here; none for `null`.
  private static func scalar(_ cursor: inout JSONCursor, line: Int) throws -> [UInt8] {
    switch try cursor.kind() {
    case .string: return try cursor.string()
    case .number:
      let range = try cursor.number()
      return Array(cursor.bytes[range])
    case .literal:
      let range = try cursor.literal()
      return cursor.bytes[range.lowerBound] == 0x6E ? [] : Array(cursor.bytes[range])
    case .object, .array:
      throw TableError(.malformed, "line \(line): a list or an object is no value of a column; flatten it")
    }
  }
}
