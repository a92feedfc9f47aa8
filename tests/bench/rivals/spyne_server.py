"""The same message through spyne 2.14 and its `lxml` validator, called as WSGI in this process.

Run by the Python of `requirements/bench.txt`, apart from the gateway's: spyne was last released in
2022 and does not import on Python 3.12. It parses, validates by the schema that it makes of these
classes, turns the message into objects, counts them and answers. Standard input: a folder of
messages; standard output: CPU seconds for each, and peak memory, as JSON.
"""

import io
import json
import re
import sys
import time
from pathlib import Path

from spyne import Application, ComplexModel, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

TRANSMISSION = "urn:siseri:gateway:transmission:1"
SERVICE = "urn:siseri:gateway:service:1"
TEXT = Unicode(min_occurs=1, max_len=80)
DAY = Unicode(min_occurs=1, pattern=r"\d{4}-\d{2}-\d{2}")
MSV = Unicode(pattern=r"(0|[1-9]\d{0,6})(\.\d{1,3})?")
SIRET = Unicode(min_occurs=1, pattern=r"[0-9A-Za-z]{1,32}")


def model(name, **members):
    """A complex type of the transmission's namespace, its members in order."""
    kinds = {"__namespace__": TRANSMISSION, "_type_info": list(members.items())}
    return type(ComplexModel)(name, (ComplexModel,), kinds)


def one(kind):
    return kind.customize(min_occurs=1)


def listed(name, child, kind):
    """A wrapper of repeated children, as the contract has them."""
    return one(model(name, **{child: kind.customize(min_occurs=1, max_occurs="unbounded")}))


WORKER = model(
    "Worker", nir=SIRET, birthName=TEXT, firstName=TEXT, birthDate=DAY,
    sex=Unicode(values=["M", "F"]),
)  # fmt: skip
MEASUREMENT = model(
    "Measurement",
    quantity=Unicode(min_occurs=1, values=["HP10", "HP3", "HP007", "E"]),
    radiation=Unicode(min_occurs=1, values=["PHOTON", "NEUTRON", "BETA", "TOTAL"]),
    status=Unicode(min_occurs=1, values=["MEASURED", "BELOW_RECORDING_LEVEL", "PENDING"]),
    value=MSV, recordingLevel=MSV, background=TEXT,
)  # fmt: skip
RESULT = model(
    "Result",
    ref=Unicode(min_occurs=1, pattern=r"[A-Za-z0-9._:/-]{1,64}"),
    operation=Unicode(min_occurs=1, values=["INITIAL", "LATE", "ABSENCE"]),
    worker=one(WORKER),
    employer=one(model("Employer", siret=SIRET)),
    monitoring=one(model("Monitoring", type=TEXT, category=Unicode(values=["A", "B"]))),
    period=one(model("Period", start=DAY, end=DAY)),
    dosimeter=one(model("Dosimeter", type=TEXT, serial=TEXT, location=TEXT)),
    measurements=listed("Measurements", "measurement", MEASUREMENT),
)
MESSAGE = model(
    "Transmission",
    version=TEXT, id=TEXT, flow=TEXT,
    sender=one(model("Sender", type=TEXT, siret=SIRET)),
    issuedAt=TEXT,
    totals=one(model("Totals", results=TEXT, measurements=TEXT, sumMsv=TEXT)),
    results=listed("Results", "result", RESULT),
)  # fmt: skip
SUBMISSION = model("Submission", transmission=one(MESSAGE))


class Gateway(ServiceBase):
    """The one operation."""

    @rpc(SUBMISSION, _body_style="bare", _returns=Unicode, _in_message_name="SubmitTransmission")
    def submit(_context, submission):  # noqa: N805 - spyne's own way
        return f"ACCEPTED {len(submission.transmission.results.result)}"


def timed(wsgi, body):
    """CPU seconds of one call, which must accept every line."""
    statuses = []
    started = time.process_time()
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/", "SERVER_NAME": "bench", "SERVER_PORT": "80",
        "SCRIPT_NAME": "", "QUERY_STRING": "", "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body), "CONTENT_TYPE": "text/xml; charset=utf-8",
        "CONTENT_LENGTH": str(len(body)),
    }  # fmt: skip
    answer = b"".join(wsgi(environ, lambda status, _headers, *_: statuses.append(status)))
    seconds = time.process_time() - started
    accepted = f"ACCEPTED {body.count(b'<result>')}".encode()
    if not statuses[0].startswith("200") or accepted not in answer:
        sys.exit(f"spyne: {statuses} {answer[:600]!r}")
    return seconds


def main():
    application = Application(
        [Gateway], SERVICE, in_protocol=Soap11(validator="lxml", huge_tree=True),
        out_protocol=Soap11(),
    )  # fmt: skip
    wsgi = WsgiApplication(application, max_content_length=64 * 1024 * 1024)
    seconds = [timed(wsgi, file.read_bytes()) for file in sorted(Path(sys.argv[1]).iterdir())]
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    print(json.dumps({"cpu": seconds, "peak": int(peak[1]) / 1024}))


if __name__ == "__main__":
    main()
