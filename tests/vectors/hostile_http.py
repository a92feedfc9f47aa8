"""Requests that are hostile by their head alone (security reference T20), and their neighbours."""

from tests import builders
from tests.vectors.hostile import NAME, Attack

JSON = (("content-type", "application/json"),)
write = builders.in_json
_MANY = tuple((f"x-{n}", "1") for n in range(60))


def _get(name, status, code, path, *headers):
    return Attack(name, status, code, lambda _form: b"", headers, path=path, method="GET")


ATTACKS = (
    Attack("trailing-slash", 404, "A003", write, JSON, path="/v1/transmissions/"),
    Attack("double-slash", 404, "A003", write, JSON, path="//v1/transmissions"),
    Attack("no-such-path", 404, "A003", write, JSON, path="/v1/transmission"),
    Attack("reserved-path", 404, "A003", write, JSON, path="/v1/webhooks"),
    Attack("unknown-host", 400, "B002", write, (*JSON, ("host", "evil.example"))),
    Attack("host-of-another-port", 400, "B002", write, (*JSON, ("host", "127.0.0.1:1"))),
    Attack("host-with-user", 400, "B002", write, (*JSON, ("host", "127.0.0.1:8480@evil.example"))),
    Attack("two-hosts", 400, "B002", write, (
        *JSON, ("host", "127.0.0.1:8480"), ("host", "evil.example"))),
    Attack("host-twice", 400, "B002", write, (
        *JSON, ("host", "127.0.0.1:8480"), ("host", "127.0.0.1:8480"))),
    Attack("65-headers", 400, "B001", write, (*JSON, *_MANY, ("y", "1"))),
    Attack("33-KiB-of-headers", 400, "B001", write, (*JSON, ("x-big", "x" * 33 * 1024))),
    Attack("forwarded-host-is-not-heard", 400, "B002", write, (
        *JSON, ("host", "evil.example"), ("x-forwarded-host", "127.0.0.1:8480"))),
    Attack("length-not-a-number", 400, "B001", write, (*JSON, ("content-length", "1e3"))),
    Attack("negative-length", 400, "B001", write, (*JSON, ("content-length", "-1"))),
    Attack("two-lengths", 400, "B001", write, (
        *JSON, ("content-length", "1"), ("content-length", "2"))),
    Attack("length-of-30-digits", 413, "T002", write, (*JSON, ("content-length", "9" * 30))),
    Attack("no-such-representation", 406, "B005", write, (*JSON, ("accept", "image/png"))),
    Attack("nothing-accepted", 406, "B005", write, (*JSON, ("accept", "application/json;q=0"))),
    Attack("key-twice", 400, "B001", write, (
        *JSON, ("idempotency-key", "1"), ("idempotency-key", "2"))),
    Attack("key-not-a-uuid", 400, "B001", write, (*JSON, ("idempotency-key", NAME))),
    Attack("two-credentials", 400, "B001", write, (
        *JSON, ("authorization", "Bearer " + "x" * 40))),
    Attack("put-at-the-soap-door", 405, "B011", write, JSON, path="/soap/v1", method="PUT"),
    Attack("post-to-the-documentation", 405, "B011", write, JSON, path="/docs"),
    Attack("put", 405, "B011", write, JSON, method="PUT"),
    Attack("delete", 405, "B011", write, JSON, method="DELETE"),
    Attack("trace", 405, "B011", write, JSON, method="TRACE"),
    _get("unknown-parameter", 400, "B001", f"/v1/transmissions?{NAME}=1"),
    _get("cursor-not-a-number", 400, "B001", f"/v1/transmissions?after={NAME}"),
    _get("id-not-a-uuid", 400, "B001", f"/v1/transmissions/{NAME}"),
    _get("receipt-not-a-uuid", 400, "B001", f"/v1/receipts/{NAME}"),
    _get("receipt-injection", 400, "B001", "/v1/receipts/1'%20OR%20'1'='1"),
    _get("receipt-line-feed", 404, "A003", "/v1/receipts/00000000-0000-4000-8000-000000000000%0A"),
    _get("rule-not-a-code", 400, "B001", f"/v1/rules/{NAME}"),
    _get("rule-unknown", 404, "A003", "/v1/rules/Z999"),
    _get("file-of-the-documentation", 404, "A003", "/docs/..%2f..%2fconfig.py"),
    _get("page-unheard-of", 404, "A003", f"/docs/{NAME}"),
    _get("soap-door-by-get", 404, "A003", "/soap/v1"),
    _get("schema-unheard-of", 404, "A003", f"/soap/v1?xsd={NAME}"),
)  # fmt: skip
BENIGN = (
    Attack("host-in-upper-case", 200, None, write, (*JSON, ("host", "127.0.0.1:8480"))),
    Attack("64-headers", 200, None, write, (*JSON, *_MANY[:55])),
    Attack("forwarded-headers-are-ignored", 200, None, write, (
        *JSON, ("x-forwarded-host", "evil.example"), ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-proto", "ftp"))),
    Attack("accept-anything", 200, None, write, (*JSON, ("accept", "*/*"))),
    Attack("accept-by-preference", 200, None, write, (
        *JSON, ("accept", "image/png, application/*;q=0.2, text/xml;q=0.8"))),
)  # fmt: skip
