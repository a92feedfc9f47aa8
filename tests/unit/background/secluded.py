"""Run as a process of its own: does one piece of work, and tells every way out that is tried.

`secluded.py ENGINE`. What listens or connects is written to the output; nothing else is.
"""

import sys
import threading

WAYS_OUT = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen"}


def watch(event, arguments):
    is_ours = event == "subprocess.Popen" and arguments[0] == "file"  # croniter: 32 bits or 64
    if event in WAYS_OUT and not is_ours:
        sys.stdout.write(f"{event}\n")


sys.addaudithook(watch)

from gateway.background.engine import DurableEngine  # noqa: E402 - watched
from gateway.model.background import Task  # noqa: E402

done = threading.Event()
engine = DurableEngine(
    url=sys.argv[1], process_id="one", tasks={Task.MAIL: lambda _: done.set()}, poll_s=0.02
)
engine.start()
engine.enqueue_occurrence(Task.MAIL, key="one")
assert done.wait(60)
engine.close()
sys.stdout.write("done\n")
