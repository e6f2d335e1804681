/// Descriptions that people gave to pictures.
enum PictureText {
  /// `description` if a person wrote it to be read, else `nil`: programs fill in file names and guesses.
  static func useful(_ description: String) -> String? {
    guard let text = TextAssembler.oneLine(description), text.utf8.count >= 8, text.contains(" ") else {
      return nil
    }
    let lower = text.lowercased()
    guard !lower.contains("automatically generated"), !lower.contains("automatisch generiert") else {
      return nil
    }
    let endings = [".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".svg"]
    guard !endings.contains(where: lower.hasSuffix), !lower.hasPrefix("http") else { return nil }
    return text
  }
}
