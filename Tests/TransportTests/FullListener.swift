import Foundation

/// A listening socket whose queue of connections is full, so that a connection to it hangs.
final class FullListener {
  let port: Int
  private var sockets: [Int32] = []

  struct SocketError: Error {
    var call: String
    var code: Int32
  }

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    sockets.append(listener)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 0) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard bound else { throw SocketError(call: "listen", code: errno) }
    port = Int(UInt16(bigEndian: address.sin_port))
    // One connection fits a queue of length 0; those after it wait for a place.
    for _ in 0..<4 {
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      sockets.append(client)
      _ = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, length) }
      }
    }
  }

  deinit {
    for socket in sockets { close(socket) }
  }
}
