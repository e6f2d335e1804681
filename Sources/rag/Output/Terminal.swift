import Glibc

extension String {
  /// Followed by at least one blank, and by as many as make `width`.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}

/// The two streams: results on stdout, everything else on stderr.
enum Terminal {
  /// Prints a result line.
  static func out(_ line: String) {
    write(line + "\n", to: STDOUT_FILENO)
  }

  /// Prints a message for people.
  static func note(_ line: String) {
    write(line + "\n", to: STDERR_FILENO)
  }

  static var stderrIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
      }
      if count < 0 {
        if errno == EINTR { continue }
        return
      }
      offset += count
    }
  }
}
