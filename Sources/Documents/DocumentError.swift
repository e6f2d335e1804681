/// A document that could not be read or cut, with what to do about it.
///
/// One bad file is one recorded failure: `message` is what the user sees beside the path.
package struct DocumentError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// No text in it at all.
    case empty
    /// Larger than a limit, before or after unpacking.
    case tooLarge
    /// The bytes do not follow their format.
    case malformed
    /// No reader knows this format.
    case unsupportedFormat
    /// Locked with a password.
    case encrypted
    /// Text in no encoding that could be told, or binary data under a text name.
    case undecodable
    /// A helper program is missing, failed or ran past its limits.
    case converterFailed
    /// A picture in which no text was found, or none was looked for: nothing is wrong with it.
    case picture
    /// The same, where languages that were asked for are not installed: another look may find more.
    case unreadPicture

    /// Whether the file is passed over with its reason, and is no failure.
    package var isPassedOver: Bool { self == .picture || self == .unreadPicture }
  }

  package var code: Code
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
