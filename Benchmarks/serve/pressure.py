"""Many connections from one process, with the latency of each answer by its status, which wrk does not tell."""

import collections
import errno
import selectors
import socket
import time


class Connection:
    def __init__(self, port):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        status = self.socket.connect_ex(("127.0.0.1", port))
        if status not in (0, errno.EINPROGRESS):
            raise OSError(status, "connect")
        self.received = b""
        self.out = b""
        self.sent_at = 0.0
        self.resume_at = 0.0

    def answer(self):
        """Status and headers of a whole answer; None where some of it is still to come."""
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        lines = self.received[:end].split(b"\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(b":")
            headers[name.strip().lower()] = value.strip()
        if len(self.received) < end + 4 + int(headers.get(b"content-length", 0)):
            return None
        self.received = b""
        return int(lines[0].split()[1]), headers


def percentile(sorted_values, share):
    if not sorted_values:
        return None
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def press(port, path, bodies, connections, seconds, polite):
    """Sends from so many connections at a time; each waits for its answer, and a polite one as long as it is told.

    Returns counts and latencies (ms) by status.
    """
    head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            "Content-Length: {}\r\n\r\n")
    requests = [(head.format(len(body.encode())) + body).encode() for body in bodies]
    selector = selectors.DefaultSelector()
    latencies = collections.defaultdict(list)
    without_retry_after = broken = sent = 0
    resting = collections.deque()
    now = time.monotonic()
    end = now + seconds

    def open_one():
        connection = Connection(port)
        selector.register(connection.socket, selectors.EVENT_WRITE, connection)
        begin(connection)

    def begin(connection):
        nonlocal sent
        connection.out = requests[sent % len(requests)]
        sent += 1
        connection.sent_at = time.monotonic()
        selector.modify(connection.socket, selectors.EVENT_WRITE, connection)

    for _ in range(connections):
        open_one()
    while now < end:
        for key, events in selector.select(0.05):
            connection = key.data
            try:
                if events & selectors.EVENT_WRITE and connection.out:
                    connection.out = connection.out[connection.socket.send(connection.out):]
                    if not connection.out:
                        selector.modify(connection.socket, selectors.EVENT_READ, connection)
                    continue
                data = connection.socket.recv(1 << 18)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                broken += 1
                selector.unregister(connection.socket)
                connection.socket.close()
                open_one()
                continue
            connection.received += data
            answer = connection.answer()
            if answer is None:
                continue
            status, headers = answer
            latencies[status].append((time.monotonic() - connection.sent_at) * 1000)
            wait = headers.get(b"retry-after")
            if status == 503 and wait is None:
                without_retry_after += 1
            if polite and wait is not None:
                connection.resume_at = time.monotonic() + float(wait)
                resting.append(connection)
            else:
                begin(connection)
        now = time.monotonic()
        for _ in range(len(resting)):
            connection = resting.popleft()
            if connection.resume_at <= now:
                begin(connection)
            else:
                resting.append(connection)
    for key in list(selector.get_map().values()):
        key.fileobj.close()
    result = {"connections": connections, "seconds": seconds, "polite": polite, "broken": broken,
              "without_retry_after": without_retry_after, "statuses": {}}
    for status, values in sorted(latencies.items()):
        values.sort()
        result["statuses"][str(status)] = {
            "count": len(values), "per_second": len(values) / seconds, "p50_ms": percentile(values, 0.5),
            "p99_ms": percentile(values, 0.99), "max_ms": values[-1]}
    return result
