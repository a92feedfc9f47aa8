"""`keys list`, `keys compromised`: what is published of signing and sealing keys."""

from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.table import Table

from gateway.commands.entering import (
    ACKNOWLEDGEMENTS,
    FRANCECONNECT,
    LOG,
    PORTALS,
    TOKENS,
    dated_keys,
    entering,
)
from gateway.commands.keys_making import unwritten
from gateway.commands.opening import configuration, machine_time, require_keys
from gateway.commands.terminal import OUT, CannotDo, print_json
from gateway.config import Config
from gateway.model.audit import Act
from signing.errors import SigningError
from signing.keys import PublishedKey, load_published, mark_compromised
from signing.log.keys import mark_log_key_compromised
from signing.log.published import PublishedLogKey
from signing.oauth.key_folder import DatedKey
from signing.register import load_register
from signing.seal import load_sealing_keys

_USES: Final = {TOKENS: "jetons", FRANCECONNECT: "FranceConnect+", PORTALS: "portails"}
"""How the table names what a key is for, where it is not of acknowledgements."""


def compromised(
    kid: Annotated[
        str, typer.Argument(metavar="KID", help="De « keys list », clés du journal comprises.")
    ],
    *,
    at: Annotated[
        str, typer.Option(metavar="INSTANT", help="Avec décalage : 2026-11-20T09:00:00+01:00.")
    ],
) -> None:
    """Publish that nothing this key signed from that instant on is believed; it signs no more."""
    config = configuration()
    require_keys(config)
    instant = _past_instant(at)
    try:
        vkey = _vkey_of(config, kid)
        if vkey is None:
            mark_compromised(config.signing_keys, kid, at=instant)
            key = next(key for key in load_published(config.signing_keys) if key.kid == kid)
            since = key.compromised_at
        else:
            mark_log_key_compromised(config.signing_keys, vkey, at=instant)
            since = _log_keys(config)[kid].compromised_at
    except (SigningError, StopIteration):
        raise CannotDo(
            "Aucune clé d'accusé ou du journal de ce nom, ou registre illisible : voyez "
            "« keys list ».",
            "No key of acknowledgements or of the log has that name, or the register is unusable: "
            "see “keys list”.",
        ) from None
    except OSError as error:
        raise unwritten(error) from None
    OUT.print(f"Clé {kid} publiée comme compromise depuis {since:%F %T} UTC.")
    option = "" if vkey is None else " --log"
    with entering(config) as entered:  # after it: a database that is away does not hold it back
        use = ACKNOWLEDGEMENTS if vkey is None else LOG
        entered(Act.KEY_COMPROMISED, use=use, kid=kid, since=f"{since:%Y-%m-%dT%H:%M:%SZ}")
    OUT.print(f"Si c'était la clé en service : siseri-gateway keys rotate{option}", soft_wrap=True)


def _log_keys(config: Config) -> dict[str, PublishedLogKey]:
    """The keys of the log by the id that `keys list` shows."""
    log = load_register(config.signing_keys).log
    return {key.vkey.key_id.hex(): key for key in (log.keys if log is not None else ())}


def _vkey_of(config: Config, kid: str) -> str | None:
    """The verifier key of the log's key of that id, if it is one's."""
    key = _log_keys(config).get(kid)
    return None if key is None else key.vkey.text


def _past_instant(text: str) -> datetime:
    """An instant with its offset, not to come.

    Raises:
        CannotDo: it is not one.
    """
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None and instant <= machine_time():
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise CannotDo(
        "Instant passé attendu, avec décalage : 2026-11-20T09:00:00+01:00.",
        "An instant in the past is expected, with its offset: 2026-11-20T09:00:00+01:00.",
    )


def listed(
    *, json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False
) -> None:
    """Show the keys, never their secret."""
    config = configuration()
    require_keys(config)
    try:
        published = load_published(config.signing_keys)
        log = load_register(config.signing_keys).log
        sealing = load_sealing_keys(config.sealing_keys)
        dated = dated_keys(config)
    except (SigningError, OSError) as error:
        raise CannotDo(f"Clés inutilisables : {error}.", f"Unusable keys: {error}.") from None
    if json:
        of_log = log.keys if log else ()
        print_json(
            {
                "signing": [{"kid": key.kid, **_dates(key)} for key in published],
                "log": [{"vkey": key.vkey.text, **_dates(key)} for key in of_log],
                **{use.lower(): [_form(key, use) for key in own] for use, own in dated},
                "sealing": {"master": sealing.master_version, "index": sealing.index_version},
            }
        )
        return
    table = Table("Clé de signature", "Du", "Au", "État", title="Clés")
    for key in published:
        table.add_row(key.kid, *_days(key.valid_from, key.valid_to), _fate(key))
    for one in log.keys if log else ():
        days = _days(one.valid_from, one.valid_to)
        table.add_row(f"journal {one.vkey.key_id.hex()}", *days, _fate(one))
    for use, own in dated:
        for each in own:
            table.add_row(f"{_USES[use]} {each.kid}", *_days(each.begin, each.end), _state(each))
    OUT.print(table)
    OUT.print(
        f"Scellement : clé maîtresse v{sealing.master_version}, index v{sealing.index_version}."
    )


def _days(since: datetime, until: datetime | None) -> tuple[str, str]:
    return f"{since:%Y-%m-%d}", "" if until is None else f"{until:%Y-%m-%d}"


def _form(key: DatedKey, use: str) -> dict[str, str | None]:
    return {
        "kid": key.kid,
        "use": "enc" if use == FRANCECONNECT else "sig",
        "alg": key.alg,
        "from": key.begin.isoformat(),
        "to": None if key.end is None else key.end.isoformat(),
    }


def _state(key: DatedKey) -> str:
    now = machine_time()
    if key.begin > now:
        return "publiée, à venir"
    return "hors délai" if key.is_over_at(now) else "en vigueur"


def _dates(key: PublishedKey | PublishedLogKey) -> dict[str, str]:
    form = {
        "from": key.valid_from.isoformat(),
        "to": key.valid_to.isoformat(),
    }
    if key.compromised_at is not None:
        form["compromisedAt"] = key.compromised_at.isoformat()
    return form


def _fate(key: PublishedKey | PublishedLogKey) -> str:
    if key.compromised_at is not None:
        return f"compromise le {key.compromised_at:%Y-%m-%d}"
    return "en vigueur" if key.valid_from <= machine_time() <= key.valid_to else "hors délai"
