"""The witnesses that an installation asks, as its operator lists them (C2SP tlog-policy)."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from adapters.witnesses import HttpWitness
from gateway.errors import ConfigurationFault
from gateway.evidence.witnessing import AskedWitness
from signing.errors import KeyUnusable
from signing.log.policy import NO_WITNESS, WitnessPolicy, parse_policy

_URL: Final = re.compile(r"https?://[0-9A-Za-z.-]+(:[0-9]{1,5})?(/[0-9A-Za-z._~/-]*)?", re.ASCII)


def witness_policy(file: Path | None) -> WitnessPolicy:
    """The policy in `file`; without a file no witness is asked, and none is missed.

    Raises:
        ConfigurationFault: it is no policy, or a witness of it has no address.
    """
    if file is None:
        return NO_WITNESS
    try:
        policy = parse_policy(file.read_bytes())
    except (OSError, KeyUnusable) as error:
        reason = str(error) if isinstance(error, KeyUnusable) else type(error).__name__
        raise ConfigurationFault(
            f"SISERI_WITNESSES n'est pas une politique de témoins ({reason})",
            f"SISERI_WITNESSES is no policy of witnesses ({reason})",
        ) from None
    if not all(_URL.fullmatch(one.url or "") for one in policy.listed):
        raise ConfigurationFault(
            "un témoin de SISERI_WITNESSES n'a pas d'adresse http(s) : witness <nom> <clé> <URL>",
            "a witness of SISERI_WITNESSES has no http(s) address: witness <name> <vkey> <URL>",
        )
    return policy


def asked_witnesses(
    policy: WitnessPolicy, *, authorities: Path | None = None
) -> Sequence[AskedWitness]:
    """Every witness that `policy` lists, over HTTP.

    `authorities` (PEM) alone certify their TLS servers; the public ones where it is None.
    """
    return [
        AskedWitness(
            name=one.name, key=one.key, witness=HttpWitness(url=one.url, authorities=authorities)
        )
        for one in policy.listed
        if one.url is not None
    ]
