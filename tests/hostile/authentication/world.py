"""A gateway whose partners have machines, and one way to be hostile to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests import builders
from tests.authority import Authority
from tests.enrolled import put
from tests.fakes import FixedClock
from tests.machines import CertifiedMachine, Machine
from tests.running import HOST, NOW, THE_LABORATORY, THE_OPERATOR, Running

FORM = ("content-type", "application/x-www-form-urlencoded")
JSON = ("content-type", "application/json")
PROXY, OUTSIDER = "127.0.0.1", "192.0.2.66"
ISSUER = f"http://{HOST}"


class Sent(NamedTuple):
    """One request."""

    method: str = "GET"
    path: str = "/v1/me"
    headers: tuple = ()
    content: bytes = b""
    peer: str = PROXY


@dataclass(frozen=True)
class Attack:
    """One way to be hostile: what is sent, and the one answer to it."""

    name: str
    make: Callable[[Any], Sent]
    status: int = 401
    code: str = "A001"
    """Of the problem, or `error` of RFC 6749 §5.2."""
    twin: str = "assertion"
    """The sound request that differs from it in the hostile part alone."""

    def __str__(self) -> str:
        return self.name


class World:
    """The gateway, the laboratory's and the operator's machines, and a stranger's."""

    def __init__(self, home, *, portal):
        self._portal = portal
        self.clock = FixedClock(NOW)
        self.gateway = Running(home, portal=portal, clock=self.clock, trusted_proxies=PROXY)
        self.store = self.gateway.store
        given = {"issuer": ISSUER, "clock": self.clock}
        lab, operator = THE_LABORATORY.id, THE_OPERATOR.id
        self.authority = Authority("AC d'essai")
        certified = {**given, "authority": self.authority}
        self.machine = self._enrol(Machine(lab, **given))
        self.of_operator = self._enrol(Machine(operator, **given))
        self.rsa = self._enrol(
            Machine(operator, **given, key=rsa.generate_private_key(65_537, 3072))
        )
        self.ed25519 = self._enrol(
            Machine("disabled", **given, key=ed25519.Ed25519PrivateKey.generate()), partner="ed"
        )
        self.p384 = self._enrol(
            Machine("p384", **given, key=ec.generate_private_key(ec.SECP384R1())), partner="p384"
        )
        self.stranger = Machine(lab, **given)
        self.revoked = self._enrol(Machine(lab, **given))
        self.store.credentials.revoke(lab, self.revoked.kid, NOW)
        self.signing = self._enrol(Machine("signing", **given), partner="signing")
        self.store.register.demand_signatures("signing", is_demanded=True)
        self.disabled = self._enrol(Machine("gone", **given), partner="gone")
        self.token_of_disabled = self.token(self.disabled)
        self.store.register.disable("gone")
        self.certified = self._enrol_certificate(CertifiedMachine(lab, **certified))
        self.second = self._enrol_certificate(CertifiedMachine(lab, **certified))
        self.certified_operator = self._enrol_certificate(CertifiedMachine(operator, **certified))
        self.uncertified = CertifiedMachine(lab, **certified)

    def _enrol(self, machine, *, partner=None):
        if partner is not None:
            machine.partner_id = partner
            self.store.register.add(_like_the_laboratory(partner))
        put(self.store.credentials, machine.credential())
        return machine

    def _enrol_certificate(self, machine):
        put(self.store.credentials, machine.certificate_credential())
        return machine

    def send(self, sent):
        """The answer to one request, from that peer."""
        transport = httpx.ASGITransport(self.gateway.gateway.asgi, client=(sent.peer, 50_000))

        async def exchange():
            async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
                fields = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in sent.headers]
                request = client.build_request(
                    sent.method, sent.path, headers=fields, content=sent.content
                )
                return await client.send(request)

        return self._portal.call(exchange)

    def token(self, machine, *, shown=None, **form):
        """A token that the gateway gave."""
        return self.send(asked(machine.form(**form), shown=shown)).json()["access_token"]

    def close(self):
        self.gateway.close()


def _like_the_laboratory(partner_id):
    return msgspec.structs.replace(THE_LABORATORY, id=partner_id)


def asked(content, *, shown=None, headers=(FORM,)):
    """A request for a token."""
    more = (("client-cert", shown.client_cert),) if shown else ()
    return Sent("POST", "/oauth/token", (*headers, *more), content)


def called(*, token=None, shown=None, more=(), path="/v1/me", peer=PROXY):
    """A call of what partners read."""
    return Sent(
        "GET",
        path,
        (
            *((("authorization", f"Bearer {token}"),) if token else ()),
            *((("client-cert", shown.client_cert),) if shown else ()),
            *more,
        ),
        peer=peer,
    )


def signed(machine, *, body=None, path="/v1/transmissions", more=(JSON,), **changes):
    """A transmission whose request bears a signature."""
    content = builders.in_json(builders.a_transmission()) if body is None else body
    headers = machine.signed("POST", path, body=content, host=HOST, more=more, **changes)
    return Sent("POST", path, tuple(headers), content)


def changed(sent, **changes):
    """The same request with some of its header fields otherwise; None takes one away."""
    fields = [(name, changes.get(name.replace("-", "_"), value)) for name, value in sent.headers]
    return sent._replace(headers=tuple((k, v) for k, v in fields if v is not None))


def with_token(world, **changes):
    authorization = ("authorization", f"Bearer {world.token(world.machine)}")
    return signed(world.machine, more=(JSON, authorization), **changes)


TWINS = {
    "assertion": lambda w: asked(w.machine.form()),
    "assertion-rsa": lambda w: asked(w.rsa.form()),
    "assertion-ed25519": lambda w: asked(w.ed25519.form()),
    "certificate-for-a-token": lambda w: asked(
        b"grant_type=client_credentials&client_id=laboratory", shown=w.certified
    ),
    "token": lambda w: called(token=w.token(w.machine)),
    "bound-token": lambda w: called(token=w.token(w.machine, shown=w.certified), shown=w.certified),
    "certificate": lambda w: called(shown=w.certified),
    "signature": lambda w: signed(w.machine),
    "signature-rsa": lambda w: signed(
        w.rsa, body=builders.in_json(builders.an_operational_transmission())
    ),
    "signature-demanded": lambda w: signed(w.signing),
    "signature-ed25519": lambda w: signed(w.ed25519),
    "signature-beside-a-token": with_token,
}
"""Every attack differs from one of these, and each of these is answered by 200."""
