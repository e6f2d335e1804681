/// LibreOffice as a limited child process, for formats that only it reads well.
///
/// It wants files, so the child makes a folder that only it can read, works there and gives the result to its standard
/// output; a second child removes the folder, also after the first was killed.
struct OfficeConverter {
  let program: String
  /// Where the folder is made.
  let folder: String

  /// LibreOffice maps far more address space than it uses, bytes.
  private static let memoryBytes = 8 << 30
  /// Most bytes of a file that it may write: its profile and the result.
  private static let fileBytes = 256 << 20

  private static let script = """
    export PATH=/usr/local/bin:/usr/bin:/bin HOME="$1" TMPDIR="$1" SAL_USE_VCLPLUGIN=svp
    mkdir -m 700 "$1" && cat > "$1/in.$2" || exit 91
    "$0" "-env:UserInstallation=file://$1/profile" --headless --norestore --convert-to "$3" --outdir "$1/out" \
    "$1/in.$2" >"$1/log" 2>&1
    test -s "$1/out/in.$3" || { head -c 500 "$1/log" >&2; exit 92; }
    cat "$1/out/in.$3"
    """

  /// `bytes` of format `from` in format `to`, both file name extensions.
  ///
  /// - Throws: `.converterFailed` when LibreOffice fails or passes a limit.
  func convert(
    _ bytes: [UInt8], from: String, to: String, limits: ReadingLimits
  ) throws(DocumentError) -> [UInt8] {
    let work = folder + "/rag-office-" + String(UInt64.random(in: 0...UInt64.max), radix: 16)
    defer { remove(work) }
    var process = LimitedProcess(
      program: "/bin/sh", arguments: ["-c", Self.script, program, work, from, to],
      seconds: limits.converterSeconds, memoryBytes: max(limits.converterBytes, Self.memoryBytes),
      outputBytes: limits.fileBytes)
    process.fileBytes = Self.fileBytes
    let result = try process.run(input: bytes)
    switch result.end {
    case .exited(0): return result.output
    case .exited(91):
      throw DocumentError(
        .converterFailed, "no folder could be made in '\(folder)' for LibreOffice to work in")
    case .exited:
      let reason = String(decoding: result.complaint.prefix(200), as: UTF8.self)
      throw DocumentError(
        .converterFailed,
        "LibreOffice could not convert the file: \(TextAssembler.oneLine(reason) ?? "it gave no reason")")
    case .signalled(let signal):
      throw DocumentError(
        .converterFailed,
        "LibreOffice was stopped by signal \(signal), most likely at a limit of time or memory")
    case .timedOut:
      throw DocumentError(
        .converterFailed, "LibreOffice took longer than \(limits.converterSeconds) seconds and was stopped")
    case .tooMuchOutput:
      throw DocumentError(.tooLarge, "the converted file has more than \(limits.fileBytes) bytes")
    }
  }

  private func remove(_ work: String) {
    let process = LimitedProcess(
      program: "/bin/rm", arguments: ["-rf", "--", work], seconds: 10, memoryBytes: 1 << 30,
      outputBytes: 1 << 10)
    _ = try? process.run(input: [])
  }
}
