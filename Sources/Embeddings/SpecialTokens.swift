/// The texts of a tokenizer's special tokens, by role.
package struct SpecialTokens: Sendable {
  package var unknown = "[UNK]"
  package var start = "[CLS]"
  package var end = "[SEP]"
  package var padding = "[PAD]"
  package var mask = "[MASK]"

  package init() {}

  var all: [String] { [unknown, start, end, padding, mask] }
}
