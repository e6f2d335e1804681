/// How a table becomes text.
package enum TableStyle: Sendable {
  /// One `.table` block: a line `a | b | c` a row, with the column names as the block's header.
  case rows
  /// A `.record` block a row, with a line `Name: value` for each filled cell.
  case records
}
