/// Reads the pages of a column of a row group, one after the other.
struct ParquetPages {
  /// Rows with their values: which of them have one, and those.
  struct Page {
    /// Whether a row has a value; `nil` where all have one.
    var hasValue: [Bool]?
    var values: ParquetValues
    /// Places in `values`, which are a dictionary then.
    var places: [Int32]?
    /// The dictionary as text, where its values are no plain numbers.
    var texts: [[UInt8]]?
    let column: ParquetColumn

    /// Gives a column its rows.
    ///
    /// - Complexity: O(rows).
    func append(to builder: inout EncodedColumn) throws(TableError) {
      let count = hasValue?.count ?? places?.count ?? values.count
      let text = ParquetText(column)
      var next = 0
      for row in 0..<count {
        if let hasValue, !hasValue[row] {
          builder.append([])
          continue
        }
        let place = places.map { Int($0[next]) } ?? next
        next += 1
        if let texts {
          builder.append(texts[place])
          continue
        }
        switch values {
        case .integers(let values):
          if column.isNumber {
            builder.append(whole: values[place])
          } else {
            builder.append(text.bytes(values[place]))
          }
        case .doubles(let values): builder.append(number: values[place])
        case .bytes(let values): builder.append(try text.bytes(values[place]))
        }
      }
    }
  }

  private let column: ParquetColumn
  private let codec: ParquetCodec
  private let bytes: [UInt8]
  private var position = 0
  private var left: Int
  private var dictionary: ParquetValues?
  private var texts: [[UInt8]]?

  init(_ column: ParquetColumn, codec: ParquetCodec, bytes: [UInt8], rowCount: Int) {
    self.column = column
    self.codec = codec
    self.bytes = bytes
    left = rowCount
  }

  /// `nil` after the last row.
  ///
  /// - Throws: `.malformed`.
  mutating func next() throws(TableError) -> Page? {
    while left > 0 {
      var thrift = ThriftReader(bytes, at: position)
      let header = try thrift.structure()
      guard let count = header[3]?.integer, let full = header[2]?.integer, count >= 0,
        count <= bytes.count - thrift.position
      else { throw ParquetFile.damaged("a page of column \(column.name) ends early") }
      let packed = bytes[thrift.position..<thrift.position + count]
      position = thrift.position + count
      if let sum = header[4]?.integer, UInt32(truncatingIfNeeded: sum) != ParquetCodec.checksum(packed) {
        throw ParquetFile.damaged("the checksum of a page of column \(column.name) is another")
      }
      switch header[1]?.integer {
      case 0: return try plainPage(header, try codec.page(packed, count: full))
      case 2: try readDictionary(header, try codec.page(packed, count: full))
      case 3: return try secondPage(header, packed, full: full)
      default: continue
      }
    }
    return nil
  }

  private mutating func readDictionary(_ header: ThriftValue, _ page: [UInt8]) throws(TableError) {
    guard let count = header[7]?[1]?.integer, (0...Int(Int32.max)).contains(count) else {
      throw ParquetFile.damaged("a dictionary has no length")
    }
    var decoder = ParquetDecoder(page)
    let values = try decoder.plain(column, count: count)
    dictionary = values
    let text = ParquetText(column)
    switch values {
    case .integers(let values) where !column.isNumber: texts = values.map { text.bytes($0) }
    case .bytes(let values):
      var rendered: [[UInt8]] = []
      for value in values { rendered.append(try text.bytes(value)) }
      texts = rendered
    default: texts = nil
    }
  }

  /// A page of the first version: levels and values are compressed together.
  private mutating func plainPage(_ header: ThriftValue, _ page: [UInt8]) throws(TableError) -> Page {
    guard let description = header[5], let rows = description[1]?.integer, rows >= 0, rows <= left else {
      throw ParquetFile.damaged("a page of column \(column.name) has more rows than its group")
    }
    var decoder = ParquetDecoder(page)
    var hasValue: [Bool]?
    if column.maximumLevel > 0 {
      guard description[3]?.integer == 3 else {
        throw TableError(
          .malformed, "column \(column.name): levels of an encoding from before 2013 are not read")
      }
      let length = try decoder.length()
      let start = decoder.position
      _ = try decoder.take(length)
      hasValue = try levels(page, start..<start + length, rows)
    }
    left -= rows
    return try values(decoder, encoding: description[2]?.integer ?? 0, rows, hasValue)
  }

  /// A page of the second version: levels lie before the values, never compressed.
  private mutating func secondPage(
    _ header: ThriftValue, _ packed: ArraySlice<UInt8>, full: Int
  ) throws(TableError) -> Page {
    guard let description = header[8], let rows = description[1]?.integer, rows >= 0, rows <= left,
      let length = description[5]?.integer, let other = description[6]?.integer, length >= 0, other == 0,
      length <= packed.count, length <= full
    else { throw ParquetFile.damaged("a page of column \(column.name) has more rows than its group") }
    let hasValue =
      column.maximumLevel > 0 ? try levels(Array(packed.prefix(length)), 0..<length, rows) : nil
    let isCompressed = description[7]?.boolean ?? true
    let page = try (isCompressed ? codec : .none).page(packed.dropFirst(length), count: full - length)
    left -= rows
    return try values(ParquetDecoder(page), encoding: description[4]?.integer ?? 0, rows, hasValue)
  }

  private func levels(_ bytes: [UInt8], _ range: Range<Int>, _ rows: Int) throws(TableError) -> [Bool]? {
    var decoder = ParquetDecoder(bytes, from: range.lowerBound, to: range.upperBound)
    let bits = Int.bitWidth - column.maximumLevel.leadingZeroBitCount
    let levels = try decoder.runs(bits: bits, count: rows)
    let maximum = Int32(column.maximumLevel)
    return levels.allSatisfy { $0 == maximum } ? nil : levels.map { $0 == maximum }
  }

  private func values(
    _ decoder: ParquetDecoder, encoding: Int, _ rows: Int, _ hasValue: [Bool]?
  ) throws(TableError) -> Page {
    var decoder = decoder
    let count = hasValue.map { $0.count { $0 } } ?? rows
    if encoding == 2 || encoding == 8 {
      guard let dictionary else { throw ParquetFile.damaged("column \(column.name) has no dictionary") }
      let bits = count > 0 ? Int(try decoder.take(1).first ?? 0) : 0
      let places = count > 0 ? try decoder.runs(bits: bits, count: count) : []
      guard places.allSatisfy({ $0 >= 0 && $0 < dictionary.count }) else {
        throw ParquetFile.damaged("column \(column.name) names values outside its dictionary")
      }
      return Page(hasValue: hasValue, values: dictionary, places: places, texts: texts, column: column)
    }
    let values: ParquetValues
    switch (encoding, column.physical) {
    case (0, _): values = try decoder.plain(column, count: count)
    case (3, .boolean):
      _ = try decoder.length()
      values = .integers(try decoder.runs(bits: 1, count: count).map { Int64($0) })
    case (5, .int32):
      values = .integers(try decoder.differences(count: count).map { Int64(Int32(truncatingIfNeeded: $0)) })
    case (5, .int64): values = .integers(try decoder.differences(count: count))
    case (6, .byteArray): values = .bytes(try decoder.lengthsThenBytes(count: count))
    case (7, .byteArray), (7, .fixedBytes): values = .bytes(try decoder.sharedBeginnings(count: count))
    case (9, _): values = try decoder.split(column, count: count)
    default:
      throw TableError(.malformed, "column \(column.name) has an encoding that is not known: \(encoding)")
    }
    return Page(hasValue: hasValue, values: values, places: nil, texts: nil, column: column)
  }
}
