import Glibc

/// A child process under limits, fed from memory and read into memory. The one place in `Documents` that
/// starts a process.
///
/// 1. It runs in its own process group, in `/`, with no environment but what is given, and no descriptor but 0, 1 and 2.
/// 2. The kernel bounds its address space, CPU seconds and file sizes; we bound its wall time and output.
/// 3. Whatever happens, the whole group is killed and the child is waited for before `run` returns.
struct LimitedProcess {
  enum End: Equatable {
    case exited(Int32)
    case signalled(Int32)
    case timedOut
    case tooMuchOutput
  }

  struct Result {
    var end: End
    var output: [UInt8]
    /// The start of its standard error, at most 64 KiB.
    var complaint: [UInt8]
  }

  let program: String
  let arguments: [String]
  let seconds: Int
  /// Address space, bytes.
  let memoryBytes: Int
  let outputBytes: Int
  /// Largest file that it may write, bytes; `nil` for the input's size and a MiB more.
  var fileBytes: Int?
  /// Its environment, as `NAME=value`.
  var environment: [String] = []

  private static let complaintBytes = 64 << 10

  /// Runs the program with `input` on its standard input.
  ///
  /// - Throws: `.converterFailed` when no process could be started.
  func run(input: [UInt8]) throws(DocumentError) -> Result {
    var pipes = Pipes()
    defer { pipes.close() }
    guard pipes.open() else { throw Self.failure("no pipe could be opened", errno) }
    let child = try spawn(pipes, inputBytes: input.count)
    pipes.closeChildEnds()
    var result = Result(end: .timedOut, output: [], complaint: [])
    let deadline = Self.now() + Double(max(1, seconds))
    let isOverfull = pump(pipes, input, deadline, &result)
    if isOverfull { result.end = .tooMuchOutput }
    pipes.close()
    finish(child, deadline, isOverfull, &result)
    return result
  }

  // MARK: Start

  private func spawn(_ pipes: Pipes, inputBytes: Int) throws(DocumentError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, pipes.input.child, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes.output.child, 1)
    posix_spawn_file_actions_adddup2(&actions, pipes.complaint.child, 2)
    for descriptor in Self.openDescriptors() where descriptor > 2 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var all = sigset_t()
    var none = sigset_t()
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    // The limits are set by the child itself, between fork and exec; a shell is what does that portably. A
    // limit that can't be set is over a hard one that holds already. Files may grow to the input's size, since
    // converters spool what they can't seek in.
    let bounds = [
      "-c 0", "-f \(fileBytes.map { $0 >> 9 } ?? (inputBytes >> 9) + 2048)", "-t \(max(1, seconds))",
      "-v \(max(1, memoryBytes >> 10))",
    ]
    let script =
      "cd /; trap '' XFSZ; "
      + bounds.map { "(ulimit \($0)) 2>/dev/null && ulimit \($0); " }.joined() + "exec \"$0\" \"$@\""
    let words = ["/bin/sh", "-c", script, program] + arguments
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for variable in variables { free(variable) } }
    var child: pid_t = 0
    let status = posix_spawn(&child, "/bin/sh", &actions, &attributes, &pointers, &variables)
    guard status == 0 else { throw Self.failure("'\(program)' could not be started", status) }
    return child
  }

  /// Open descriptors of this process. One that another thread opens meanwhile is missed unless it closes on
  /// exec, as those of this project do.
  private static func openDescriptors() -> [Int32] {
    guard let folder = opendir("/proc/self/fd") else { return Array(3..<256) }
    defer { closedir(folder) }
    var found: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let descriptor = Int32(name) { found.append(descriptor) }
    }
    return found.sorted()
  }

  // MARK: Transfer

  /// Feeds and reads the child until it closes its outputs, `deadline` passes or it writes too much.
  ///
  /// - Returns: whether it wrote too much.
  private func pump(_ pipes: Pipes, _ input: [UInt8], _ deadline: Double, _ result: inout Result) -> Bool {
    var written = 0
    var isWriting = true
    var isReading = true
    var isComplaining = true
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while isReading || isComplaining {
      let left = deadline - Self.now()
      guard left > 0 else { return false }
      if isWriting && written == input.count {
        shutdown(pipes.input.ours, Int32(SHUT_WR))
        isWriting = false
      }
      var waits = [
        pollfd(fd: isReading ? pipes.output.ours : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isComplaining ? pipes.complaint.ours : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isWriting ? pipes.input.ours : -1, events: Int16(POLLOUT), revents: 0),
      ]
      let ready = poll(&waits, nfds_t(waits.count), Int32(min(left * 1000, 60_000)) + 1)
      if ready < 0 && errno != EINTR { return false }
      guard ready > 0 else { continue }
      if waits[2].revents != 0 {
        // A child that stops listening (EPIPE) still has its say.
        let count = input.withUnsafeBytes { bytes in
          send(
            pipes.input.ours, bytes.baseAddress?.advanced(by: written), min(256 << 10, bytes.count - written),
            Int32(MSG_NOSIGNAL))
        }
        if count > 0 { written += count } else if errno != EAGAIN && errno != EINTR { isWriting = false }
      }
      if waits[0].revents != 0 {
        let count = Self.read(pipes.output.ours, &piece)
        if count > 0 {
          guard result.output.count + count <= outputBytes else { return true }
          result.output.append(contentsOf: piece[..<count])
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
          isReading = false
        }
      }
      if waits[1].revents != 0 {
        let count = Self.read(pipes.complaint.ours, &piece)
        if count > 0 {
          result.complaint.append(
            contentsOf: piece[..<min(count, Self.complaintBytes - result.complaint.count)])
        } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
          isComplaining = false
        }
      }
    }
    return false
  }

  private static func read(_ descriptor: Int32, _ piece: inout [UInt8]) -> Int {
    piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
  }

  // MARK: End

  /// Waits until `deadline` for the child, then kills its group.
  private func finish(_ child: pid_t, _ deadline: Double, _ isOverfull: Bool, _ result: inout Result) {
    var hasEnded = false
    while !isOverfull && !hasEnded && Self.now() < deadline {
      // The child is only looked at, not collected: its number stays taken until its group is killed.
      var information = siginfo_t()
      hasEnded =
        waitid(P_PID, id_t(child), &information, Int32(WEXITED | WNOHANG | WNOWAIT)) == 0
        && information.si_signo == SIGCHLD
      if !hasEnded { usleep(500) }
    }
    // Also after a clean end: nothing it started may outlive it.
    kill(-child, SIGKILL)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    guard hasEnded else { return }
    let signal = status & 0x7F
    result.end = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
  }

  // MARK: Surroundings

  /// The values of `names` in the process's environment.
  static func environment(_ names: [String]) -> [String: String] {
    var values: [String: String] = [:]
    for name in names {
      if let value = getenv(name) { values[name] = String(cString: value) }
    }
    return values
  }

  /// The first executable called `name` in the folders of `path`.
  static func find(_ name: String, path: String) -> String? {
    path.split(separator: ":").map { "\($0)/\(name)" }.first { $0.hasPrefix("/") && access($0, X_OK) == 0 }
  }

  /// Seconds of the monotonic clock.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func failure(_ what: String, _ code: Int32) -> DocumentError {
    DocumentError(.converterFailed, "\(what): \(String(cString: strerror(code)))")
  }
}

/// The three channels to a child. Sockets, since writing to one can refuse without a signal.
private struct Pipes {
  struct Channel {
    var ours: Int32 = -1
    var child: Int32 = -1
  }

  var input = Channel()
  var output = Channel()
  var complaint = Channel()

  mutating func open() -> Bool {
    Self.open(&input) && Self.open(&output) && Self.open(&complaint)
  }

  mutating func closeChildEnds() {
    Self.close(&input.child)
    Self.close(&output.child)
    Self.close(&complaint.child)
  }

  mutating func close() {
    closeChildEnds()
    Self.close(&input.ours)
    Self.close(&output.ours)
    Self.close(&complaint.ours)
  }

  private static func open(_ channel: inout Channel) -> Bool {
    var pair: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &pair) == 0 else { return false }
    channel = Channel(ours: lifted(pair[0]), child: lifted(pair[1]))
    return channel.child > 2 && fcntl(channel.ours, F_SETFL, O_NONBLOCK) == 0
  }

  /// A descriptor past the standard three, which the child's are copied onto.
  private static func lifted(_ descriptor: Int32) -> Int32 {
    guard (0...2).contains(descriptor) else { return descriptor }
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    _ = Glibc.close(descriptor)
    return copy
  }

  private static func close(_ descriptor: inout Int32) {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
  }
}
