import ArgumentParser
import Foundation
import Storage

/// Runs the command that the arguments name.
@main
enum Main {
  static func main() {
    // A reader that goes away ends us with an error of write, not with a signal in the middle of a commit.
    signal(SIGPIPE, SIG_IGN)
    let handed: Handed
    do {
      var command = try RagCommand.parseAsRoot(arguments)
      guard let asynchronous = command as? any AsyncParsableCommand else {
        // Without the concurrency runtime: callgrind 3.19 ends at the exit of the first thread, which that brings.
        try command.run()
        return
      }
      handed = Handed(command: asynchronous)
    } catch {
      end(with: error)
    }
    Task {
      do {
        try await run(handed)
      } catch {
        end(with: error)
      }
      exit(0)
    }
    dispatchMain()
  }

  /// The arguments; a file name that is not UTF-8 comes as it is shown, so that it can be found again.
  private static var arguments: [String] {
    CommandLine.arguments.indices.dropFirst().map { index in
      guard index < Int(CommandLine.argc), let argument = CommandLine.unsafeArgv[index] else {
        return CommandLine.arguments[index]
      }
      let bytes = UnsafeBufferPointer(start: argument, count: strlen(argument)).map { UInt8(bitPattern: $0) }
      return String(validating: bytes, as: UTF8.self) ?? DocumentPath(fileBytes: bytes).text
    }
  }

  /// `@unchecked Sendable`: made by the first thread, used by the one task that it starts.
  private struct Handed: @unchecked Sendable {
    let command: any AsyncParsableCommand
  }

  private static func run(_ handed: Handed) async throws {
    var command = handed.command
    try await command.run()
  }

  private static func end(with error: any Error) -> Never {
    switch error {
    case let error as UsageError:
      Terminal.note("Error: \(error)")
      exit(2)
    case let code as ExitCode:
      exit(code.rawValue)
    default:
      switch RagCommand.exitCode(for: error) {
      case .success:
        Terminal.out(RagCommand.fullMessage(for: error))
        exit(0)
      case .validationFailure:
        Terminal.note(RagCommand.fullMessage(for: error))
        exit(2)
      default:
        Terminal.note("Error: \(error)")
        exit(1)
      }
    }
  }
}
