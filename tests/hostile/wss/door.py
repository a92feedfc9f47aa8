"""A gateway where the senders of the corpus are enrolled, and what its SOAP door answers."""

from dataclasses import dataclass
from datetime import timedelta

import msgspec
from lxml import etree

from gateway.model.partners import Credential, CredentialKind
from gateway.storage.partner_credentials import new_credential_id
from signing.wss.token import NameKind, names_of
from tests import builders
from tests.doors.reading import ACKNOWLEDGEMENT
from tests.enrolled import put
from tests.hostile.wss import credentials
from tests.hostile.wss.envelopes import NOW
from tests.running import THE_LABORATORY, THE_OPERATOR

OWNERS = {"laboratory": "laboratory", "mail": "operator"}
"""Of the certificates that two partners of the tests hold; the others have a partner each."""
PARTNERS = (
    THE_LABORATORY,
    THE_OPERATOR,
    *(
        msgspec.structs.replace(THE_LABORATORY, id=f"of-{name}")
        for name in credentials.REGISTERED
        if name not in OWNERS
    ),
)


def credential_of(name):
    """The enrolled form of that sender's certificate."""
    certificate = credentials.sender(name).certificate
    return Credential(
        id=new_credential_id(),
        partner_id=OWNERS.get(name, f"of-{name}"),
        kind=CredentialKind.CERTIFICATE,
        thumbprint=names_of(certificate)[NameKind.SHA256],
        public=credentials.sender(name).der,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        enrolled_at=credentials.BEGIN,
        allows_rsa_pkcs1_v15=name in credentials.DEVIATIONS,
    )


def enrol_all(gateway):
    """Every certificate of the register; one of them is revoked an hour ago."""
    for name in credentials.REGISTERED:
        credential = credential_of(name)
        put(gateway.store.credentials, credential)
        if name == "revoked":
            at = NOW - timedelta(hours=1)
            gateway.store.credentials.revoke(credential.partner_id, credential.thumbprint, at)


@dataclass(frozen=True)
class Told:
    """What an answer of the SOAP door says."""

    status: int
    root: etree._Element

    @property
    def codes(self):
        """The fault codes, the most specific last, as `{namespace}local`."""
        path = ".//faultcode | .//*[local-name()='Value']"
        return [self._qualified(node) for node in self.root.xpath(path)]

    @staticmethod
    def _qualified(node):
        prefix, _, local = node.text.partition(":")
        return f"{{{node.nsmap[prefix]}}}{local}"

    @property
    def code(self):
        """The stable code in the typed detail, or None of a normal response."""
        return self.root.findtext(f".//{{{ACKNOWLEDGEMENT}}}fault/{{{ACKNOWLEDGEMENT}}}code")


def post(gateway, octets, *, version="1.2", operation="Ping", headers=(), by=None):
    """What is answered to a message; `by` is a partner whose bearer token goes with it."""
    stated = builders.soap_headers(version=version, operation=operation) | dict(headers)
    response = gateway.request("POST", "/soap/v1", by=by, headers=stated, content=octets)
    return Told(response.status_code, etree.fromstring(response.content))
