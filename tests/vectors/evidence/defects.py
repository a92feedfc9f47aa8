"""Vectors whose signature does not hold: steps 1 to 9. The receipts carry no proof of the log."""

from hashlib import sha256

from signing.canonical import jcs
from signing.encoding import to_base64url
from tests.vectors.evidence.acknowledgements import acknowledgement
from tests.vectors.evidence.keys import K1, K2, OUTSIDER, P256_ORDER
from tests.vectors.evidence.made import LEAF, at, receipt
from tests.vectors.evidence.vector import Vector, replaced

_GOOD = receipt("received")
_LEAF = LEAF["received"]
_HEAD, _PAYLOAD, _SIGNATURE = _LEAF.jws.split(".")
_HEADER = (
    f'{{"alg":"ES256","typ":"siseri-ack+jws","kid":"{K1.published.kid}",'
    f'"x5t#S256":"{to_base64url(K1.published.certificate_sha256)}"}}'
)


def _bad(step, name, what, octets):
    return Vector(name=f"{step}-{name}", what=what, octets=octets, failing_step=step)


def _edit(step, name, what, old, new):
    return _bad(step, name, what, replaced(_GOOD, old, new))


def _signature(step, name, what, compact):
    return _bad(step, name, what, receipt("received", signature=compact))


def _header(name, what, old, new):
    header = replaced(_HEADER, old, new).encode()
    return _signature(4, name, what, K1.jws(_LEAF.canonical, header=header))


def _raw(name, what, octets):
    return _signature(6, name, what, f"{_HEAD}.{_PAYLOAD}.{to_base64url(octets)}")


def _last_changed(text):
    """The same bytes in base64url with a stray bit: 64 bytes leave 4 of them unused."""
    return text[:-1] + chr(ord(text[-1]) + 1)


def _document():
    deep = b'"size":' + b'{"a":' * 255 + b"1" + b"}" * 255
    yield _bad(1, "cut", "the last byte is missing", _GOOD[:-1])
    yield _bad(1, "newline", "a newline at the end", _GOOD + b"\n")
    yield _edit(1, "blank", "a blank after a comma", b',"canonicalSha256"', b', "canonicalSha256"')
    yield _bad(1, "order", "members in another order", _out_of_order())
    yield _edit(1, "twice", "a member twice", b'"size":1621', b'"size":1621,"size":1621')
    yield _edit(1, "null", "null", b'"size":1621', b'"size":null')
    yield _edit(1, "null-within", "null in a list", b'"size":1621', b'"size":[[null]]')
    yield _edit(1, "float", "a float", b'"size":1621', b'"size":1621.0')
    yield _edit(1, "minus-zero", "-0", b'"size":1621', b'"size":-0')
    yield _edit(1, "2-to-53", "an integer of 2**53", b'"size":1621', b'"size":9007199254740992')
    yield _edit(1, "escape", "an escape where JCS writes none", b"RECEPTION", b"RECEPTIO\\u004e")
    yield _edit(1, "surrogate", "half of a pair", b'"RECEPTION"', b'"\\ud834"')
    yield _edit(1, "not-utf-8", "a byte of Latin-1", "é".encode(), b"\xe9")
    yield _edit(1, "name", "a name that is not ASCII", b'"environment"', '"environné"'.encode())
    yield _bad(1, "byte-order-mark", "a byte order mark", b"\xef\xbb\xbf" + _GOOD)
    yield _edit(1, "nesting", "more than 254 levels", b'"size":1621', deep)
    yield _bad(1, "empty", "no byte", b"")


def _out_of_order():
    """The first two members of the receipt change places; both stay as they are."""
    start, end = _GOOD.index(b',"canonicalSha256"'), _GOOD.index(b',"signature"')
    return b"{" + _GOOD[start + 1 : end] + b"," + _GOOD[1:start] + _GOOD[end:]


def _members():
    digest = sha256(_LEAF.canonical).hexdigest()
    yield _bad(2, "more", "one more member", receipt("received", more="x"))
    yield _bad(2, "less", "no signature", jcs({"acknowledgement": 1, "canonicalSha256": digest}))
    upper = receipt("received", canonicalSha256=digest.upper())
    yield _bad(2, "upper-case", "the digest in upper case", upper)
    yield _bad(2, "text-proof", "proof is a text", receipt("received", proof="x"))
    yield _bad(2, "list", "the acknowledgement is a list", receipt("received", acknowledgement=[]))


def _compact():
    yield _signature(3, "padding", "padding in base64url", f"{_LEAF.jws}==")
    yield _signature(3, "stray-bits", "bits set that no byte takes", _last_changed(_LEAF.jws))
    yield _signature(3, "two-parts", "two parts", f"{_HEAD}.{_SIGNATURE}")
    yield _signature(3, "line-break", "a line break", f"{_HEAD}.\n{_PAYLOAD}.{_SIGNATURE}")
    plain = f"{_HEAD}.{_PAYLOAD}.{_SIGNATURE[:-2]}+{_SIGNATURE[-1]}"
    yield _signature(3, "base64", "a character of plain base64", plain)
    long = K1.jws(_LEAF.canonical, header=_HEADER[:-1].encode() + b" " * 700 + b"}")
    yield _signature(3, "long-header", "a header of more than 1,024 characters", long)


def _headers():
    yield _header("none", "alg none", '"ES256"', '"none"')
    yield _header("typ", "the type of another statement", "siseri-ack+jws", "siseri-line+jws")
    yield _header("own-key", "a header that brings its key", "}", ',"jwk":{}}')
    yield _header("critical", "an extension that must be understood", "}", ',"crit":["b64"]}')
    twice = f',"kid":"{OUTSIDER.published.kid}"}}'
    yield _header("kid-twice", "kid twice", "}", twice)
    yield _header("blank", "a blank", ',"typ"', ', "typ"')


def _keys_and_signatures():
    outside = OUTSIDER.jws(_LEAF.canonical)
    yield _signature(5, "outsider", "a key that is not published", outside)
    thumbprint = to_base64url(K2.published.certificate_sha256)
    header = _HEADER.replace(to_base64url(K1.published.certificate_sha256), thumbprint).encode()
    other = K1.jws(_LEAF.canonical, header=header)
    yield _signature(5, "certificate", "x5t#S256 of another certificate", other)
    raw = K1.raw_signature(f"{_HEAD}.{_PAYLOAD}".encode())
    yield _raw("63-bytes", "a byte less", raw[:-1])
    yield _raw("65-bytes", "a byte more", raw + b"\0")
    yield _raw("flipped", "one bit of s", raw[:-1] + bytes([raw[-1] ^ 1]))
    yield _raw("swapped", "s before r", raw[32:] + raw[:32])
    yield _raw("zero-r", "r is 0", bytes(32) + raw[32:])
    yield _raw("zero-s", "s is 0", raw[:32] + bytes(32))
    yield _raw("order", "s is the order", raw[:32] + P256_ORDER.to_bytes(32, "big"))
    tag = OUTSIDER.raw_signature(f"{_HEAD}.{_PAYLOAD}".encode())
    yield _raw("other-key", "signed by another key under this kid", tag)


def _content():
    members = _LEAF.members | {"disposition": "ACCEPTED"}
    shown = receipt("received", acknowledgement=members)
    yield _bad(7, "shown", "another disposition shown than signed", shown)
    spaced = K1.jws(_LEAF.canonical.replace(b',"', b', "', 1)).encode()
    yield _bad(7, "spelling", "a bare JWS over JSON that is not canonical", spaced)
    text = K1.jws(b'"an acknowledgement"').encode()
    yield _bad(7, "no-object", "a bare JWS over a text", text)
    other = sha256(LEAF["accepted"].canonical).hexdigest()
    yield _bad(8, "digest", "the digest of another", receipt("received", canonicalSha256=other))


def _dated(name, what, decided_at, *, key=K1):
    members = acknowledgement(name, decided_at=at("2026-03-02T08:00:00"))
    if decided_at is None:
        del members["decidedAt"]
    else:
        members["decidedAt"] = decided_at
    canonical = jcs(members)
    octets = jcs(
        {
            "acknowledgement": members,
            "canonicalSha256": sha256(canonical).hexdigest(),
            "signature": key.jws(canonical),
        }
    )
    return _bad(9, name, what, octets)


def _dates():
    yield _dated("before", "a millisecond before the key", "2025-12-31T23:59:59.999Z")
    yield _dated("after", "a millisecond after the key", "2026-06-02T00:00:00.001Z")
    yield _dated("undated", "no decidedAt", None)
    yield _dated("no-such-day", "30 February", "2026-02-30T08:00:00.000Z")
    yield _dated("offset", "an offset in place of Z", "2026-03-02T08:00:00.000+00:00")
    yield _dated("second-60", "second 60", "2026-03-02T08:00:60.000Z")
    yield _dated("hour-24", "hour 24", "2026-03-02T24:00:00.000Z")
    what = "decided when its key was lost"
    yield _bad(9, "lost-key-after", what, receipt("lost-key-after"))


def vectors():
    groups = (_document, _members, _compact, _headers, _keys_and_signatures, _content, _dates)
    return [vector for group in groups for vector in group()]
