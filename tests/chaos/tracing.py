"""The calls that a running gateway makes of the kernel, seen, or made to fail, by strace."""

import contextlib
import re
import shutil
import signal
import subprocess

import pytest

_CALL = re.compile(r"(\d+) +(\w+)\((\d+)<([^>]*)>(.*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")
_RESULT = re.compile(r".*= (-?\d+)")
_READING = {"read", "recvfrom", "recvmsg"}
_COMMIT = re.compile(r'"[QP]\\0.*COMMIT')
"""A message of PostgreSQL's protocol that asks to commit, as strace writes it."""
_COMMITTED = r"C\0\0\0\vCOMMIT"
"""The reply, after whatever else is in the same packet."""
_COMMITS = 2
_SENDING = {"write", "writev", "sendto", "sendmsg"}
ORDER = ("fdatasync", "fsync", "pwrite64", *sorted(_READING | _SENDING))


def strace_or_skip():
    """The program; a test that needs it is skipped where it is not, or may not attach."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("no strace")
    done = subprocess.run([found, "true"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("strace may not trace here")
    return found


@contextlib.contextmanager
def traced(pid, file, *options, beside=()):
    """All threads of a process, from entering to leaving; `file` gets the calls.

    Those of the processes `beside` too, and of those that they start, in the order of all.
    """
    command = [strace_or_skip(), "-f", "-y", "-s", "64", *options, "-o", str(file)]
    for one in (pid, *beside):
        command += ["-p", str(one)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    with tracer:
        first = tracer.stderr.readline()
        assert "attached" in first, first
        try:
            yield
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.stderr.read()
            tracer.wait(20)


class Order:
    """Which answers to submissions left before what they state was flushed to the disk.

    For one client that sends one submission after another: between a request and its answer the
    write-ahead log must have been written, and flushed since. What the gateway writes for itself
    may come between that flush and the answer: such answers are counted apart, as `beside`.
    """

    def __init__(self):
        self.answers = 0
        self.early = 0
        self.beside = 0
        self.flushes = 0
        self._is_asked = self._is_written = self._is_dirty = self._is_covered = False
        self._before = 0
        """Flushes before the request."""
        self._flushing = {}
        """Threads within a flush of the log; whether it was written since the request."""

    def read(self, lines):
        for line in lines:
            if call := _CALL.match(line):
                self._begin(*call.groups())
            elif resumed := _RESUMED.match(line):
                self._end(*resumed.groups())
        return self

    def _begin(self, thread, name, _number, path, rest):
        if self._is_of_log(path):
            if name == "pwrite64":
                self._is_written = self._is_dirty = True
            elif name in {"fdatasync", "fsync"}:
                self._flushing[thread], self._is_dirty = self._is_written, False
                if "unfinished" not in rest:
                    self._flushed(thread, rest)
        elif name in _READING:
            self._received(rest)
        elif name in _SENDING and '"HTTP/1.1 200' in rest and self._is_asked:
            self.answers += 1
            self._answered()
            self._is_asked = False

    def _end(self, thread, name, rest):
        if name in {"fdatasync", "fsync"}:
            self._flushed(thread, rest)
        elif name in _READING:
            self._received(rest)

    def _received(self, rest):
        if '"POST /' in rest:
            self._is_asked, self._before = True, self.flushes
            self._is_written = self._is_covered = False
            self._flushing = dict.fromkeys(self._flushing, False)

    @staticmethod
    def _is_of_log(path):
        return path.endswith("-wal")

    def _answered(self):
        self.early += not self._is_covered
        self.beside += self._is_dirty and self._is_covered

    def _flushed(self, thread, rest):
        result = _RESULT.match(rest)
        if thread not in self._flushing:
            return
        covers = self._flushing.pop(thread)
        if result is not None and result[1] == "0":
            self._is_covered = self._is_covered or covers
            self.flushes += 1


class OrderOnPostgresql(Order):
    """Likewise where the server writes the log, and its own processes write to it at any time.

    A commit counts if the log was flushed, with success, between the request for it and its reply:
    by the very backend, or by another process from after that request (the server lets one flush
    serve several); answers that rest on the latter are counted apart, as `beside`. Between a
    request and its answer there must be two such commits: the closing, and the one that gives the
    leaf its place.
    Which transaction a commit ends is not read: one of the gateway's own, that writes in just that
    moment, could stand in for one of the two in that answer, never in all.
    """

    def __init__(self):
        super().__init__()
        self._commits = self._own = 0
        """Since the request: those that count, and those of them by their own flush."""
        self._committing = {}
        """Backends asked to commit; who has flushed since."""
        self._serves = {}
        """Processes within a flush; the backends that had been asked to commit when it began."""

    @staticmethod
    def _is_of_log(path):
        return "/pg_wal/" in path

    def _is_early(self):
        return self._commits < _COMMITS

    def _begin(self, thread, name, number, path, rest):
        if name in {"fdatasync", "fsync"} and self._is_of_log(path):
            self._serves[thread] = set(self._committing)
        super()._begin(thread, name, number, path, rest)
        self._follow(thread, name, rest)

    def _end(self, thread, name, rest):
        super()._end(thread, name, rest)
        self._follow(thread, name, rest)

    def _received(self, rest):
        super()._received(rest)
        if '"POST /' in rest:
            self._commits = self._own = 0

    def _answered(self):
        is_early = self._is_early()
        self.early += is_early
        self.beside += not is_early and self._own < _COMMITS

    def _follow(self, backend, name, rest):
        if name in _READING and _COMMIT.search(rest):
            self._committing[backend] = set()
        elif name in _SENDING and _COMMITTED in rest:
            flushed_by = self._committing.pop(backend, set())
            self._commits += bool(flushed_by)
            self._own += backend in flushed_by

    def _flushed(self, thread, rest):
        before = self.flushes
        super()._flushed(thread, rest)
        serves = self._serves.pop(thread, set())
        if self.flushes > before:
            for backend in serves & set(self._committing):
                self._committing[backend].add(thread)
