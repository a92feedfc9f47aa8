"""What a process asks of the kernel, by strace: which files it opens, whom it talks to.

Python's audit hooks do not see what C libraries do, and libxml2 opens files by itself.
"""

import re
import shutil
from collections import defaultdict

MARK = "/hostile-input/"
"""A path that is asked for, and is nowhere: what follows it in the trace is of that input."""
STRACE = shutil.which("strace")
_CALLS = (
    *("open", "openat", "openat2", "creat", "socket", "connect", "bind", "execve", "execveat"),
    *("access", "faccessat", "faccessat2"),
)
_CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
_PATH = re.compile(r'"([^"]*)"')
_ASKED = frozenset({"access", "faccessat", "faccessat2"})


def traced(command, output):
    """The command, watched with all its threads; without strace, as it is."""
    if STRACE is None:
        return command
    # ?: not every architecture has every call; --seccomp-bpf: nothing else is slowed
    calls = ",".join(f"?{call}" for call in _CALLS)
    watching = [STRACE, "-f", "--seccomp-bpf", "-qq", "-s", "256", "-e", f"trace={calls}"]
    return [*watching, "-o", str(output), *command]


def touched(output, *, home):
    """By input, the calls that reached outside: all but the opening of files under `home`."""
    found, name = defaultdict(list), None
    for line in output.read_text("utf-8", "replace").splitlines():
        matched = _CALL.match(line)
        if matched is None:
            continue
        call, rest = matched.groups()
        path = _PATH.search(rest)
        if call in _ASKED:
            if path is not None and path[1].startswith(MARK):
                name = path[1].removeprefix(MARK)
            continue
        is_ours = call.startswith("open") and path is not None and path[1].startswith(str(home))
        if name and not is_ours:
            found[name].append(line)
    return dict(found)
