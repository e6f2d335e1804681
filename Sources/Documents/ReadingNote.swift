/// Something that a reader left out, repaired or guessed: every such thing is named.
package struct ReadingNote: Hashable, Codable, Sendable {
  /// Page, slide or sheet, from 1, or `nil` where the note is about the whole file.
  package var page: Int?
  /// One sentence for a person: what happened, where, and what to do about it where something can be done.
  package var note: String

  package init(page: Int? = nil, _ note: String) {
    self.page = page
    self.note = note
  }
}
