"""Requests for a token whose form is none, or says something else than a sound one."""

import base64
import json

from tests.hostile.authentication.world import FORM, Attack, asked
from tests.machines import ASSERTION_TYPE


def _form(name, content, *, headers=(FORM,), status=400, code="invalid_request"):
    return Attack(name, lambda w: asked(content(w), headers=headers), status=status, code=code)


def _by(name, make):
    return Attack(name, make, code="invalid_client")


def _with(**more):
    return lambda w: w.machine.form(**more)


ATTACKS = (
    _form("no-form", lambda _w: b""),
    _form("form-in-json",
          lambda w: json.dumps({"client_assertion": w.machine.assertion()}).encode(),
          headers=(("content-type", "application/json"),), status=415, code="B006"),
    _form("form-without-a-type", lambda w: w.machine.form(), headers=(), status=415, code="B006"),
    _form("form-in-latin-1", lambda w: w.machine.form(),
          headers=(("content-type", f"{FORM[1]}; charset=iso-8859-1"),), status=415, code="B006"),
    _form("form-multipart", lambda w: w.machine.form(),
          headers=(("content-type", "multipart/form-data; boundary=x"),), status=415, code="B006"),
    _form("form-compressed", lambda w: w.machine.form(),
          headers=(FORM, ("content-encoding", "gzip")), status=415, code="B006"),
    _form("assertion-twice", lambda w: w.machine.form() + b"&client_assertion=x"),
    _form("grant-type-twice", lambda w: w.machine.form() + b"&grant_type=client_credentials"),
    _form("client-id-of-500-characters", _with(client_id="c" * 500)),
    _form("client-id-with-control-characters", _with(client_id="lab\x00oratory")),
    _form("assertion-type-missing", _with(client_assertion_type=None)),
    _form("assertion-type-of-saml",
          _with(client_assertion_type=ASSERTION_TYPE.replace("jwt", "saml2"))),
    _form("escape-cut", lambda w: w.machine.form() + b"&x=%4"),
    _form("escape-not-utf-8", lambda w: w.machine.form() + b"&x=%FF"),
    _form("a-line-break", lambda w: w.machine.form() + b"\r\n"),
    _form("a-hundred-parameters", lambda w: w.machine.form() + b"&x=1" * 100),
    _form("grant-type-missing", _with(grant_type=None)),
    _form("grant-type-password", _with(grant_type="password"), code="unsupported_grant_type"),
    _form("grant-type-implicit", _with(grant_type="implicit"), code="unsupported_grant_type"),
    _form("scope-unknown", _with(scope="admin"), code="invalid_scope"),
    _form("scope-and-unknown", _with(scope="transmissions.read admin"), code="invalid_scope"),
    _form("scope-twice", _with(scope="transmissions.read transmissions.read"),
          code="invalid_scope"),
    _form("scope-by-tabs", _with(scope="transmissions.read\ttransmissions.submit"),
          code="invalid_scope"),
    _form("too-long", lambda w: w.machine.form() + b"&x=" + b"x" * 17_000, status=413,
          code="T002"),
    _by("client-id-of-another", lambda w: asked(w.machine.form(client_id="operator"))),
    _by("secret-in-the-form", lambda _w: asked(
        b"grant_type=client_credentials&client_id=laboratory&client_secret=secret")),
    _by("secret-in-a-header", lambda _w: asked(
        b"grant_type=client_credentials",
        headers=(FORM, ("authorization", "Basic " + base64.b64encode(b"laboratory:x").decode())))),
    _by("assertion-beside-a-secret", lambda w: asked(
        w.machine.form(),
        headers=(FORM, ("authorization", "Basic " + base64.b64encode(b"laboratory:x").decode())))),
    _by("a-name-alone", lambda _w: asked(
        b"grant_type=client_credentials&client_id=laboratory")),
    _by("assertion-is-an-access-token", lambda w: asked(
        w.machine.form(w.token(w.machine)))),
    _by("assertion-of-an-enrolment", lambda w: asked(w.machine.form(
        w.machine.assertion(header={"typ": "siseri-enrolment+jwt"})))),
    Attack("assertion-in-the-address", lambda w: asked(b"grant_type=client_credentials")._replace(
        path="/oauth/token?client_assertion=" + w.machine.assertion()), status=400, code="B001"),
)  # fmt: skip
