"""Servers under test, and what Linux says about them."""

import contextlib
import http.client
import os
import resource
import subprocess
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A process, with its children, that is measured."""

    def __init__(self, command, environment=None, log=None):
        # A file and not a pipe: nobody reads while the load runs.
        self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(environment or {})})

    @property
    def pids(self):
        found, places = [], [self.process.pid]
        while places:
            pid = places.pop()
            found.append(pid)
            with contextlib.suppress(OSError):
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/children") as file:
                        places += [int(word) for word in file.read().split()]
        return found

    def cpu(self):
        """Seconds on the processor, user and system."""
        total = 0
        for pid in self.pids:
            with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def resident(self):
        """MiB."""
        total = 0
        for pid in self.pids:
            with contextlib.suppress(OSError), open(f"/proc/{pid}/statm") as file:
                total += int(file.read().split()[1])
        return total * os.sysconf("SC_PAGESIZE") / 2**20

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def busy():
    """Seconds of all processors that were not idle since the machine started."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, interrupts, soft, *_ = (int(word) for word in file.readline().split()[1:])
    return (user + nice + system + interrupts + soft) / TICKS


def own():
    """Seconds on the processor of this program and of children that have ended."""
    return sum(usage.ru_utime + usage.ru_stime
               for usage in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


class Watch:
    """CPU share and resident memory of servers while something runs, and how much of the machine others took."""

    def __init__(self, servers):
        self.servers = servers

    def __enter__(self):
        self.before = self.peak = self.resident()
        self.cpu = sum(server.cpu() for server in self.servers)
        self.busy, self.own = busy(), own()
        self.start = time.monotonic()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.sample)
        self.thread.start()
        return self

    def resident(self):
        return sum(server.resident() for server in self.servers)

    def sample(self):
        while not self.over.wait(0.5):
            self.peak = max(self.peak, self.resident())

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.start
        self.cpu = sum(server.cpu() for server in self.servers) - self.cpu
        self.own = own() - self.own
        # Cores; ticks are coarse, so that a little below 0 is possible.
        self.foreign = max(0, busy() - self.busy - self.cpu - self.own) / self.seconds
        self.over.set()
        self.thread.join()
        self.after = self.resident()
        self.peak = max(self.peak, self.after)


def wait_until_ready(port, path, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def rag_server(arguments, port, log, settings=None):
    """`rag serve` of --rag and --home, ready."""
    environment = {"RAG_THREADS": str(arguments.threads)} if arguments.threads else {}
    command = [arguments.rag, "serve", "--home", str(arguments.home), "--port", str(port), "--collection",
               arguments.dataset.name]
    if settings:
        command += ["--config", str(settings)]
    server = Server(command, environment, log)
    wait_until_ready(port, "/readyz")
    return server
