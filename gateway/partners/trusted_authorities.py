"""Which authorities partners' certificates may come from: files of the installation.

A folder with one TOML file for each authority, and the certificates and lists that it names:

    organisation = "organizationIdentifier"     # where its certificates write the SIREN or SIRET:
                                                # or "icd" (RGS), or "structIdNat" (IGC-Santé)
    anchors = ["racine.pem"]
    intermediates = ["ac.pem"]                  # beside those that a partner sends
    extended_key_usages = ["1.3.6.1.5.5.7.3.2"] # one is demanded; clientAuth unless it is said
    policies = ["1.2.250.1.…"]                  # one is demanded, where any is named
    revocation_lists = ["ac.crl", "racine.crl"] # where it is named, a fresh list of each issuer
    revocation_list_max_age_h = 24

The files are read for each enrolment: lists are renewed beside a gateway that runs.
"""

import tomllib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import msgspec

from gateway.errors import ConfigurationFault
from signing.errors import KeyUnusable
from signing.organisation import Reading
from signing.partner_certificate import CLIENT_AUTH, TrustedAuthority
from signing.trusted import trusted_authority

_MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""Lists of large authorities take some MiB."""


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    organisation: Reading
    anchors: tuple[str, ...]
    intermediates: tuple[str, ...] = ()
    extended_key_usages: tuple[str, ...] = (CLIENT_AUTH,)
    policies: tuple[str, ...] = ()
    revocation_lists: tuple[str, ...] | None = None
    revocation_list_max_age_h: Annotated[int, msgspec.Meta(ge=1, le=24 * 31)] = 24


class TrustedAuthorities:
    """Reads the folder anew whenever it is asked."""

    def __init__(self, folder: Path) -> None:
        """`folder` need not exist: then no authority is trusted."""
        self._folder = folder

    def read(self) -> Sequence[TrustedAuthority]:
        """Every authority, by name of its file.

        Raises:
            ConfigurationFault: a file cannot be used; it is named.
        """
        return [_authority(path) for path in sorted(self._folder.glob("*.toml"))]


def _authority(path: Path) -> TrustedAuthority:
    try:
        form = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Form)
        lists = form.revocation_lists
        return trusted_authority(
            name=path.stem,
            anchors=_files(path.parent, form.anchors),
            intermediates=_files(path.parent, form.intermediates),
            reading=form.organisation,
            usages=frozenset(form.extended_key_usages),
            policies=frozenset(form.policies),
            revocations=None if lists is None else _files(path.parent, lists),
            max_age=timedelta(hours=form.revocation_list_max_age_h),
        )
    except (OSError, ValueError, msgspec.ValidationError, KeyUnusable) as error:
        raise ConfigurationFault(
            f"autorité inutilisable : {path.name} ({type(error).__name__})",
            f"unusable authority: {path.name} ({type(error).__name__})",
        ) from None


def _files(folder: Path, names: Sequence[str]) -> list[bytes]:
    found = []
    for name in names:
        with (folder / name).open("rb") as file:
            octets = file.read(_MAX_FILE_BYTES + 1)
        if len(octets) > _MAX_FILE_BYTES:
            raise ValueError("too long")
        found.append(octets)
    return found
