"""Time-stamps: what proves one, what never does, and that `openssl ts -verify` says the same."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.errors import KeyUnusable, SignatureInvalid
from signing.timestamp import (
    CLOCK_TOLERANCE,
    MAX_REPLY_BYTES,
    TimestampTrust,
    new_query,
    parse_roots,
    prove_reply,
    prove_token,
)
from tests.authority import usage
from tests.partners.tsa_example.stamping import (
    ALSO_MAIL,
    POLICY,
    Defect,
    a_stamper,
    nonce_of,
    refusal,
    reply_to,
    without_token,
)

TEXT = b"log.example/essai\n3\nq83vEjRWeJCrze8SNFZ4kA==\n"
NOW = datetime(2026, 6, 1, 12, 0, 5, tzinfo=UTC)
STAMPER = a_stamper()
OTHER = a_stamper("Autre")
TRUST = TimestampTrust(roots=(STAMPER.root.certificate,))
QUERY = new_query(TEXT)
SECOND = timedelta(seconds=1)


def proved(reply, *, query=QUERY, trust=TRUST, now=NOW):
    return prove_reply(reply, query=query, trust=trust, now=now)


def refused(reply, **more):
    with pytest.raises(SignatureInvalid) as caught:
        proved(reply, **more)
    return caught.value.step, caught.value.reason


def openssl_accepts(folder, reply, *, text=TEXT, root=STAMPER.root, at=NOW):
    """What `openssl ts -verify` says of a reply, its nonce apart: that is of the request."""
    (folder / "reply.tsr").write_bytes(reply)
    (folder / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    (folder / "text").write_bytes(text)
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-in", folder / "reply.tsr", "-data", folder / "text",
         "-CAfile", folder / "root.pem", "-attime", str(int(at.timestamp()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def test_a_stamp_is_proved_in_ten_numbered_steps(tmp_path):
    reply = reply_to(QUERY.octets, STAMPER, now=NOW)
    proof = proved(reply)
    assert [step.number for step in proof.steps] == [*range(1, 11)]
    assert all(step.name and step.found for step in proof.steps)
    assert (proof.timestamp.gen_time, proof.timestamp.authority) == (NOW, "CN=Horodatage")
    assert openssl_accepts(tmp_path, reply)


@pytest.mark.parametrize(
    ("microsecond", "kept"), [(346_780, 346_000), (346_000, 346_000), (300_000, 300_000), (999, 0)]
)
def test_gen_time_may_have_any_fraction_and_is_cut_to_the_millisecond(microsecond, kept, tmp_path):
    """RFC 3161 §2.4.2, whose own example has five digits."""
    reply = reply_to(QUERY.octets, STAMPER, now=NOW, defect=Defect(microsecond=microsecond))
    assert proved(reply).timestamp.gen_time == NOW.replace(microsecond=kept)
    assert openssl_accepts(tmp_path, reply)


def test_a_request_is_of_the_digest_and_a_fresh_nonce_and_asks_for_the_certificate():
    asked = tsp.TimeStampReq.load(QUERY.octets, strict=True)
    assert asked["message_imprint"]["hashed_message"].native == sha256(TEXT).digest()
    assert asked["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
    assert asked["cert_req"].native is True
    assert nonce_of(QUERY.octets) == QUERY.nonce
    nonces = {new_query(TEXT).nonce for _ in range(50)}
    assert len(nonces) == 50
    assert max(nonce.bit_length() for nonce in nonces) > 40


def test_a_token_that_was_kept_proves_the_time_for_ever():
    token = proved(reply_to(QUERY.octets, STAMPER, now=NOW)).timestamp.token
    kept = prove_token(token, text=TEXT, trust=TRUST)
    assert (kept.timestamp.token, kept.timestamp.gen_time) == (token, NOW)
    assert [step.number for step in kept.steps if "when it was received" in step.found] == [4, 10]
    with pytest.raises(SignatureInvalid, match="another text"):
        prove_token(token, text=TEXT + b"\n", trust=TRUST)


ALONE = """
import sys
from pathlib import Path
from signing.timestamp import TimestampTrust, parse_roots, prove_token
token, roots, text = (Path(name).read_bytes() for name in sys.argv[1:])
prove_token(token, text=text, trust=TimestampTrust(roots=parse_roots(roots)))
"""


def test_a_process_that_loads_nothing_else_proves_it_too(tmp_path):
    """Libraries register types of others when they are imported: this test imports more."""
    written = {
        "token": proved(reply_to(QUERY.octets, STAMPER, now=NOW)).timestamp.token,
        "roots": STAMPER.root.certificate.public_bytes(Encoding.PEM),
        "text": TEXT,
    }
    for name, octets in written.items():
        (tmp_path / name).write_bytes(octets)
    files = [tmp_path / name for name in written]
    subprocess.run([sys.executable, "-c", ALONE, *files], check=True)


HOSTILE = {
    "another text": (3, Defect(digest=sha256(b"another").digest())),
    "another digest": (3, Defect(algorithm="sha512", digest=bytes(64))),
    "another nonce": (4, Defect(nonce=QUERY.nonce + 1)),
    "no nonce": (4, Defect(nonce=0)),
    "no certificate": (6, Defect(with_certificates=False)),
    "another certificate is named": (6, Defect(names=OTHER.certificate)),
    "no certificate is named": (6, Defect(attested_by="nothing")),
    "another key": (9, Defect(signed_by=OTHER.key)),
    "another time": (10, Defect(late=CLOCK_TOLERANCE + SECOND)),
    "an earlier time": (10, Defect(late=-CLOCK_TOLERANCE - SECOND)),
}
WRONG_FOR_AN_EXCHANGE_ALONE = {"another nonce", "no nonce", "another time", "an earlier time"}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_stamp_is_refused_at_its_step_and_openssl_agrees(name, tmp_path):
    step, defect = HOSTILE[name]
    reply = reply_to(QUERY.octets, STAMPER, now=NOW, defect=defect)
    assert refused(reply)[0] == step
    assert openssl_accepts(tmp_path, reply) is (name in WRONG_FOR_AN_EXCHANGE_ALONE)


CERTIFICATES = {
    "no purpose": (7, {"purpose": None}, False),
    "a purpose that is not critical": (7, {"critical": False}, False),
    "a second purpose": (7, {"purpose": ALSO_MAIL}, False),
    "a key for encryption": (7, {"key_usage": usage(key_encipherment=True)}, False),
    "expired": (8, {"end": NOW - SECOND}, False),
    "not yet valid": (8, {"begin": NOW + SECOND}, False),
    "valid from that second": (None, {"begin": NOW, "end": NOW + SECOND}, True),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_that_is_not_fit_stamps_nothing_and_openssl_agrees(name, tmp_path):
    step, changes, is_accepted = CERTIFICATES[name]
    reply = reply_to(QUERY.octets, STAMPER.with_certificate(**changes), now=NOW)
    if is_accepted:
        proved(reply)
    else:
        assert refused(reply)[0] == step
    assert openssl_accepts(tmp_path, reply) is is_accepted


def test_another_authority_is_not_believed(tmp_path):
    reply = reply_to(QUERY.octets, OTHER, now=NOW)
    assert refused(reply) == (9, "not signed by an authority of a trusted root")
    assert not openssl_accepts(tmp_path, reply)
    proved(reply, trust=TimestampTrust(roots=(STAMPER.root.certificate, OTHER.root.certificate)))


def test_the_answer_to_another_request_is_refused():
    other = new_query(TEXT)
    assert refused(reply_to(other.octets, STAMPER, now=NOW))[0] == 4
    assert refused(reply_to(new_query(b"x").octets, STAMPER, now=NOW))[0] == 3


@pytest.mark.parametrize("late", [CLOCK_TOLERANCE, -CLOCK_TOLERANCE])
def test_clocks_may_differ_by_the_tolerance(late):
    proved(reply_to(QUERY.octets, STAMPER, now=NOW, defect=Defect(late=late)))


def test_only_accepted_policies_count_where_some_are_named():
    reply = reply_to(QUERY.octets, STAMPER, now=NOW)
    roots = (STAMPER.root.certificate,)
    proved(reply, trust=TimestampTrust(roots=roots, policies=("1.2.3.4.9", POLICY)))
    named = TimestampTrust(roots=roots, policies=("1.2.3.4.9",))
    assert refused(reply, trust=named) == (5, "the stamp is under another policy")


@pytest.mark.parametrize(
    "status", ["rejection", "waiting", "revocation_warning", "revocation_notification"]
)
def test_a_refusal_of_the_authority_is_told_by_its_status(status, tmp_path):
    reply = refusal(status)
    step, reason = refused(reply)
    assert (step, reason) == (2, f"not granted: {status.replace('_', ' ')}")
    assert not openssl_accepts(tmp_path, reply)


def test_granted_with_modifications_or_without_a_token_is_not_granted():
    response = tsp.TimeStampResp.load(reply_to(QUERY.octets, STAMPER, now=NOW))
    response["status"] = {"status": "granted_with_mods"}
    assert refused(response.dump(force=True)) == (2, "not granted: granted with modifications")
    assert refused(without_token({"status": "granted"}))[0] == 2


def test_no_truncated_reply_is_anything_but_refused():
    reply = reply_to(QUERY.octets, STAMPER, now=NOW)
    assert {refused(reply[:length])[0] for length in range(0, len(reply), 7)} == {1}
    assert refused(reply + b"\x00")[0] == 1


def test_a_huge_reply_is_refused_unread():
    assert refused(bytes(MAX_REPLY_BYTES + 1)) == (1, "longer than any reply")


def test_no_altered_byte_of_a_reply_proves_another_stamp():
    """Every tenth byte; some alter what nothing rests on, such as a certificate beside the path."""
    reply = reply_to(QUERY.octets, STAMPER, now=NOW)
    sound = proved(reply).timestamp
    for place in range(0, len(reply), 10):
        altered = bytearray(reply)
        altered[place] ^= 1
        try:
            found = proved(bytes(altered)).timestamp
        except SignatureInvalid:
            continue
        assert (found.gen_time, found.authority) == (sound.gen_time, sound.authority)


def test_to_trust_nobody_is_an_error():
    with pytest.raises(KeyUnusable, match="no authority"):
        TimestampTrust(roots=())
    with pytest.raises(KeyUnusable, match="not certificates"):
        parse_roots(b"")
    root = STAMPER.root.certificate
    assert parse_roots(root.public_bytes(Encoding.PEM)) == (root,)


def openssl_of(folder, stamper, *, named_by="sha256", options=()):
    """`openssl ts -reply`: the root of a stamper, and what gives the reply to a request."""
    pem = stamper.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "tsa.pem").write_bytes(stamper.certificate.public_bytes(Encoding.PEM))
    chain = (stamper.issuer.certificate, stamper.root.certificate)
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    (folder / "ts.cnf").write_text(
        f"[tsa]\ndefault_tsa=one\n[one]\nserial={folder}/serial\nsigner_cert={folder}/tsa.pem\n"
        f"signer_key={folder}/key.pem\nsigner_digest=sha256\n"
        f"default_policy={POLICY}\ndigests=sha256\naccuracy=secs:1\nordering=yes\n"
        f"ess_cert_id_alg={named_by}\n"
    )

    def reply(query):
        (folder / "query.tsq").write_bytes(query)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", folder / "ts.cnf", "-queryfile",
             folder / "query.tsq", "-out", folder / "reply.tsr", *options],
            check=True, capture_output=True,
        )  # fmt: skip
        return (folder / "reply.tsr").read_bytes()

    return stamper.root, reply


@pytest.fixture(scope="module")
def openssl_authority(tmp_path_factory):
    return openssl_of(tmp_path_factory.mktemp("tsa"), a_stamper("directe", is_direct=True))


def test_a_stamp_of_openssl_is_proved(openssl_authority):
    """It tells the machine's own time: the certificates of the test are valid for ten years."""
    root, reply = openssl_authority
    trust = TimestampTrust(roots=(root.certificate,))
    before = datetime.now(UTC).replace(microsecond=0)
    timestamp = proved(reply(QUERY.octets), trust=trust, now=before).timestamp
    assert before <= timestamp.gen_time <= datetime.now(UTC)


def test_a_stamp_of_openssl_with_its_chain_is_proved_in_whatever_order_it_is_written(tmp_path):
    """Three certificates of random keys and signatures: hardly ever in the order of DER."""
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        options = ("-chain", folder / "chain.pem")
        root, reply = openssl_of(folder, a_stamper("en chaîne"), options=options)
        octets, now = reply(QUERY.octets), datetime.now(UTC)
        timestamp = proved(octets, trust=TimestampTrust(roots=(root.certificate,)), now=now)
        assert openssl_accepts(folder, octets, root=root, at=timestamp.timestamp.gen_time)


def test_a_certificate_that_is_named_by_sha_1_alone_is_refused_and_told_how_to_mend_it(tmp_path):
    root, reply = openssl_of(tmp_path, a_stamper("ancienne", is_direct=True), named_by="sha1")
    trust = TimestampTrust(roots=(root.certificate,))
    step, reason = refused(reply(QUERY.octets), trust=trust, now=datetime.now(UTC))
    assert step == 6
    assert "SHA-1 alone" in reason
    assert "ess_cert_id_alg = sha256" in reason


def test_openssl_refuses_a_request_that_is_not_one_as_a_rejection(openssl_authority):
    _, reply = openssl_authority
    assert refused(reply(b"\x30\x00"))[0] == 2
