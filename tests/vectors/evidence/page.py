"""What `docs/evidence-vectors.md` prints: one receipt with every value on the way, and the list."""

from hashlib import sha256
from pathlib import Path

from signing.encoding import from_base64, instant_text, to_base64url
from signing.jws import TYPE
from signing.log.entry import ACKNOWLEDGEMENT_KIND
from signing.log.tree import leaf_hash
from signing.published import public_jwk
from tests.unit.signing.log.merkle import mth
from tests.vectors.evidence.files import vectors
from tests.vectors.evidence.keys import K1, L1, POLICIES, SEED, W1, W2, seed
from tests.vectors.evidence.made import ENTRIES, LEAF, first_over, index_of, proof
from tests.vectors.evidence.vector import POLICY

PAGE = Path(__file__).parents[3] / "docs" / "evidence-vectors.md"
MARK = "<!-- all below is printed by `make vectors` -->\n"
_NAME = "received"
_COSIGNED = """\
The log signs the text of the checkpoint, three lines with their newlines. The second witness signs,
with its newlines:"""
_TIMED = """\
Its line holds, in base64: the key id `{key_id}`, the time as 8 bytes `{seconds}`, and the
signature.
By the policy below the time seen is `{seen_at}`, the later of the two."""


def page(current):
    """The page with its printed part made anew."""
    written, mark, _ = current.partition(MARK)
    if not mark:
        raise ValueError("the page has no mark")
    return f"{written}{MARK}\n{_keys()}\n\n{_signature()}\n\n{_log()}\n\n{_list()}\n"


def _block(text):
    return f"```text\n{text.removesuffix(chr(10))}\n```"


def _table(heading, rows):
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _code(text):
    return f"`{text}`"


def _keys():
    jwk = public_jwk(K1.private.public_key())
    rows = [
        ["seed of `K1`: SHA-256 of the text", _code(f"{SEED}K1")],
        ["", _code(seed("K1").hex())],
        ["private key: the seed mod (n − 1), plus 1", _code(f"{_number(K1):064x}")],
        ["`x`", _code(jwk["x"])],
        ["`y`", _code(jwk["y"])],
        ["`kid` (RFC 7638)", _code(K1.published.kid)],
        ["SHA-256 of its certificate (DER)", _code(K1.published.certificate_sha256.hex())],
        ["`x5t#S256`", _code(to_base64url(K1.published.certificate_sha256))],
        ["seed of `L1`, its Ed25519 private key", _code(seed("L1").hex())],
        ["public key", _code(L1.vkey.public_key.hex())],
        ["key id: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), first 4 bytes", _id(L1)],
        ["verifier key", _code(L1.vkey.text)],
        ["seed of `W1`, its Ed25519 private key", _code(seed("W1").hex())],
        ["key id: SHA-256(name ‖ 0x0A ‖ 0x04 ‖ public key), first 4 bytes", _id(W1)],
        ["verifier key", _code(W1.vkey.text)],
    ]
    return f"## Keys\n\n{_table(['what', 'value'], rows)}"


def _number(key):
    return key.private.private_numbers().private_value


def _id(signer):
    return _code(signer.vkey.key_id.hex())


def _signature():
    leaf = LEAF[_NAME]
    header, payload, signature = leaf.jws.split(".")
    signing_input = f"{header}.{payload}".encode()
    raw = K1.raw_signature(signing_input)
    protected = (
        f'{{"alg":"ES256","typ":"{TYPE}","kid":"{K1.published.kid}",'
        f'"x5t#S256":"{to_base64url(K1.published.certificate_sha256)}"}}'
    )
    return "\n\n".join(
        (
            f"## `receipts/{_NAME}.json`: the signature",
            f"The acknowledgement in JCS, {len(leaf.canonical)} bytes:",
            _block(leaf.canonical.decode()),
            f"`canonicalSha256`: `{sha256(leaf.canonical).hexdigest()}`",
            "The protected header:",
            _block(protected),
            "The JWS; line breaks after the dots are not in it:",
            _block(f"{header}.\n{payload}.\n{signature}"),
            _table(
                ["what", "value"],
                [
                    ["SHA-256 of the signing input", _code(sha256(signing_input).hexdigest())],
                    ["r, by RFC 6979 (others prove as well)", _code(raw[:32].hex())],
                    ["s", _code(raw[32:].hex())],
                ],
            ),
        )
    )


def _log():
    leaf, stand, index = LEAF[_NAME], first_over(_NAME), index_of(_NAME)
    made = proof(_NAME)
    digest = sha256(leaf.canonical).digest()
    kind = ACKNOWLEDGEMENT_KIND.encode()
    rows = [
        ["salt: SHA-256 of the text", _code(f"{SEED}salt {_NAME}")],
        ["", _code(leaf.salt.hex())],
        ["message of the HMAC: the first line with its newline, then the digest", ""],
        ["", _code((kind + digest).hex())],
        ["HMAC-SHA-256 (key: the salt)", _code(_commitment(leaf).hex())],
        ["leaf hash: SHA-256(0x00 ‖ entry)", _code(leaf_hash(leaf.entry).hex())],
        *(
            [f"leaf hash {number}", _code(leaf_hash(entry).hex())]
            for number, entry in enumerate(ENTRIES[: stand.size])
        ),
        *([f"path, hash {number}", _code(one.hex())] for number, one in enumerate(made.path)),
        ["root", _code(mth(ENTRIES[: stand.size]).hex())],
    ]
    return "\n\n".join(
        (
            f"## `receipts/{_NAME}.json`: the log",
            f"Entry {index} of {stand.size}, {len(leaf.entry)} bytes, with its two newlines:",
            _block(leaf.entry.decode()),
            _table(["what", "value"], rows),
            "The member `proof.inclusion`, whose lines all end in LF:",
            _block(made.octets.decode()),
            _COSIGNED,
            _block(_cosigned(stand)),
            _TIMED.format(
                key_id=W2.vkey.key_id.hex(),
                seconds=_seconds(stand).to_bytes(8, "big").hex(),
                seen_at=instant_text(stand.seen_at),
            ),
            _block(POLICIES[POLICY]),
        )
    )


def _commitment(leaf):
    return from_base64(leaf.entry.decode().split("\n")[1])


def _seconds(stand):
    return int(stand.seen_at.timestamp())


def _cosigned(stand):
    return f"cosignature/v1\ntime {_seconds(stand)}\n{stand.signed.note.text}"


def _list():
    made = vectors()
    rows = []
    for vector in made:
        said = vector.expected
        outcome = {
            "proved": f"proved, {vector.steps} steps",
            "not proved": f"**{vector.failing_step}**",
            "cannot be done": "cannot be done",
        }[said["outcome"]]
        rows.append([_code(vector.name), vector.what, outcome])
    return f"## All {len(made)} vectors\n\n" + _table(["name", "what", "outcome"], rows)
