import CCurl
import Foundation

/// Runs all transfers of a transport on one thread.
///
/// Confined to that thread; `CurlMailbox` is the way in and `TransferChannel` the way out.
final class CurlLoop {
  private let mailbox: CurlMailbox
  private let options: CurlTransport.Options
  private var transfers: [UInt64: CurlTransfer] = [:]

  private init(_ mailbox: CurlMailbox, _ options: CurlTransport.Options) {
    self.mailbox = mailbox
    self.options = options
  }

  /// Starts the thread; it ends after `mailbox.stop()` and frees the multi handle.
  static func start(_ mailbox: CurlMailbox, _ options: CurlTransport.Options) {
    let thread = Thread { CurlLoop(mailbox, options).run() }
    thread.name = "transport"
    thread.start()
  }

  private func run() {
    blockPipeSignal()
    while true {
      let (commands, isStopping) = mailbox.take()
      for command in commands { perform(command) }
      if isStopping { break }
      var running: Int32 = 0
      curl_multi_perform(mailbox.multi, &running)
      finishDone()
      let wait = expireLate()
      if curl_multi_poll(mailbox.multi, nil, 0, wait, nil) != CURLM_OK {
        // Out of memory, at worst: don't turn the wait into a busy loop.
        usleep(10_000)
      }
    }
    for transfer in transfers.values {
      transfer.shutDown()
      curl_multi_remove_handle(mailbox.multi, transfer.easy)
    }
    transfers = [:]
    // Nobody else touches the handle once the mailbox is stopping.
    curl_multi_cleanup(mailbox.multi)
    mailbox.close()
  }

  private func perform(_ command: CurlMailbox.Command) {
    switch command {
    case .start(let request, let target, let channel, let start):
      do throws(TransportError) {
        let transfer = try CurlTransfer(
          request, target: target, channel: channel, options: options, start: start)
        let added = curl_multi_add_handle(mailbox.multi, transfer.easy)
        guard added == CURLM_OK else {
          throw TransportError(.other, "\(target.display): \(String(cString: curl_multi_strerror(added))).")
        }
        transfers[channel.id] = transfer
      } catch {
        channel.end(.failure(error))
      }
    case .resume(let id):
      guard let transfer = transfers[id] else { return }
      transfer.timer.resumed(at: .now)
      curl_easy_pause(transfer.easy, CURLPAUSE_CONT)
    case .cancel(let id):
      if let transfer = transfers[id] { remove(transfer) }
    }
  }

  private func finishDone() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(mailbox.multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      // Removing the handle frees the message.
      let result = message.pointee.data.result
      var context: UnsafeMutableRawPointer?
      guard rag_curl_get_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else { continue }
      let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
      transfer.finish(result)
      remove(transfer)
    }
  }

  /// Ends the transfers whose deadline has passed.
  ///
  /// - Returns: milliseconds to the next deadline.
  /// - Complexity: O(transfers).
  private func expireLate() -> Int32 {
    let now = ContinuousClock.now
    var nearest = now + .seconds(600)
    for transfer in Array(transfers.values) {
      if let kind = transfer.timer.expired(at: now) {
        transfer.expire(kind)
        remove(transfer)
      } else if let next = transfer.timer.next {
        nearest = min(nearest, next.at)
      }
    }
    return Int32(clamping: (nearest - now).wholeMilliseconds + 1)
  }

  private func remove(_ transfer: CurlTransfer) {
    curl_multi_remove_handle(mailbox.multi, transfer.easy)
    transfers[transfer.channel.id] = nil
  }

  /// A peer that hangs up must not end the process; writing then fails with an error instead.
  private func blockPipeSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
