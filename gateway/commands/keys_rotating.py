"""`keys rotate`: a new key takes over, of each kind, while the gateway serves.

The signing keys need their folder alone. Those of sealing are rotated in the database as well: cut
short at any moment, the same command goes on where it was.
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gateway.commands.entering import (
    ACKNOWLEDGEMENTS,
    FRANCECONNECT,
    LOG,
    PORTALS,
    TOKENS,
    entering,
)
from gateway.commands.keys_making import InToken, told, told_of, written_signing_key
from gateway.commands.opening import configuration, machine_time, opened_store, require_keys
from gateway.commands.terminal import OUT, CannotDo
from gateway.config import Config
from gateway.errors import Overloaded
from gateway.model.audit import Act
from gateway.model.sealing import KeyKind, KeyState, KeyVersion
from signing.log.keys import HANDOVER, new_log_key
from signing.oauth.decryption_keys import HANDOVER as DECRYPTION_HANDOVER
from signing.oauth.decryption_keys import new_decryption_key
from signing.oauth.identity_keys import new_identity_key
from signing.oauth.token_keys import HANDOVER as TOKEN_HANDOVER
from signing.oauth.token_keys import new_token_key
from signing.register import load_register
from signing.seal import has_key, next_key, retire_key

if TYPE_CHECKING:
    from gateway.storage.key_rotation import KeyRotation

_UNDER_WAY: Final = (KeyState.FILLING, KeyState.FORMER)
FILE: Final = {KeyKind.MASTER: "master", KeyKind.INDEX: "index"}
Sealing = Annotated[
    bool, typer.Option("--sealing", help="La clé maîtresse, qui enveloppe celles du contenu.")
]
Index = Annotated[bool, typer.Option("--index", help="La clé d'index, qui retrouve les personnes.")]
Log = Annotated[bool, typer.Option("--log", help="La clé du journal de preuve.")]
Tokens = Annotated[bool, typer.Option("--tokens", help="La clé des jetons d'accès.")]
Workers = Annotated[
    bool, typer.Option("--franceconnect", help="La clé pour laquelle FranceConnect+ chiffre.")
]
Compromised = Annotated[
    bool,
    typer.Option(
        "--compromised",
        help="Avec --tokens, --franceconnect ou --portal : la précédente ne vaut plus, aussitôt.",
    ),
]
Portals = Annotated[
    bool, typer.Option("--portal", help="La clé des identités remises aux portails.")
]
Prepare = Annotated[
    bool,
    typer.Option(
        "--prepare",
        help="Avec --sealing ou --index : faire le fichier seul, à copier sur les autres machines.",
    ),
]


def rotate(
    *,
    token: InToken = None,
    sealing: Sealing = False,
    index: Index = False,
    log: Log = False,
    tokens: Tokens = False,
    franceconnect: Workers = False,
    portal: Portals = False,
    prepare: Prepare = False,
    compromised: Compromised = False,
) -> None:
    """Make the key that takes over from now on: of acknowledgements, unless another is named."""
    config = configuration()
    require_keys(config)
    is_sealed = sealing or index
    named = sealing + index + log + tokens + franceconnect + portal
    is_handed_over = tokens or franceconnect or portal
    of_another = (
        (token and named) or (prepare and not is_sealed) or (compromised and not is_handed_over)
    )
    _demand_compatible(is_so=named <= 1 and not of_another)
    if log:
        _rotate_log(config)
    elif tokens:
        _rotate_tokens(config, is_compromised=compromised)
    elif franceconnect:
        _rotate_franceconnect(config, is_compromised=compromised)
    elif portal:
        _rotate_portal(config, is_compromised=compromised)
    elif is_sealed:
        _rotate_sealed(config, KeyKind.MASTER if sealing else KeyKind.INDEX, prepare=prepare)
    else:
        with entering(config) as entered, told():
            kid = written_signing_key(config, token)
            entered(Act.KEY_MADE, use=ACKNOWLEDGEMENTS, kid=kid)
        told_of(config, kid)


def _demand_compatible(*, is_so: bool) -> None:
    if not is_so:
        raise CannotDo(
            "Options incompatibles : une clé à la fois ; --token pour celle des accusés seule, "
            "--prepare pour --sealing ou --index, --compromised pour --tokens, --franceconnect "
            "ou --portal.",
            "Options that exclude each other: one key at a time; --token for that of "
            "acknowledgements alone, --prepare for --sealing or --index, --compromised for "
            "--tokens, --franceconnect or --portal.",
        )


def _rotate_tokens(config: Config, *, is_compromised: bool) -> None:
    handover = timedelta(0) if is_compromised else TOKEN_HANDOVER
    with entering(config) as entered, told():
        kid = new_token_key(config.token_keys, now=machine_time(), handover=handover)
        former = "REFUSED" if is_compromised else "VERIFIES"
        entered(Act.KEY_MADE, use=TOKENS, kid=kid, former=former)
    OUT.print(f"Clé des jetons d'accès {kid} : {config.token_keys}", soft_wrap=True)
    OUT.print(
        "La précédente ne vaut plus : les partenaires redemandent un jeton."
        if is_compromised
        else "La précédente vaut encore une heure : aucun jeton donné n'est refusé.",
        soft_wrap=True,
    )


def _rotate_franceconnect(config: Config, *, is_compromised: bool) -> None:
    workers = config.federation.franceconnect
    if workers is None:
        raise CannotDo(
            "FranceConnect+ n'est pas configuré : SISERI_FRANCECONNECT_ISSUER.",
            "FranceConnect+ is not configured: SISERI_FRANCECONNECT_ISSUER.",
        )
    handover = timedelta(0) if is_compromised else DECRYPTION_HANDOVER
    with entering(config) as entered, told():
        kid = new_decryption_key(
            workers.keys, alg=workers.encrypted_with, now=machine_time(), handover=handover
        )
        former = "REFUSED" if is_compromised else "OPENS"
        entered(Act.KEY_MADE, use=FRANCECONNECT, kid=kid, former=former)
    OUT.print(
        f"Clé de FranceConnect+ {kid} ({workers.encrypted_with}) : {workers.keys}", soft_wrap=True
    )
    OUT.print(
        "La précédente n'ouvre plus rien : les connexions en cours sont à recommencer."
        if is_compromised
        else "La précédente ouvre encore pendant un jour : aucune connexion n'échoue.",
        soft_wrap=True,
    )


def _rotate_portal(config: Config, *, is_compromised: bool) -> None:
    folder = config.federation.portal_keys
    with entering(config) as entered, told():
        kid = new_identity_key(folder, now=machine_time(), is_compromised=is_compromised)
        former = "REFUSED" if is_compromised else "VERIFIES"
        entered(Act.KEY_MADE, use=PORTALS, kid=kid, former=former)
    OUT.print(f"Clé des portails {kid} : {folder}", soft_wrap=True)
    OUT.print(
        "Elle signe aussitôt ; la précédente ne vaut plus."
        if is_compromised
        else "Publiée aussitôt, elle signe dans une heure ; la précédente se vérifie deux jours de "
        "plus.",
        soft_wrap=True,
    )


def _rotate_log(config: Config) -> None:
    with entering(config) as entered, told():
        key = new_log_key(config.signing_keys, origin=config.log_origin, now=machine_time())
        entered(Act.KEY_MADE, use=LOG, kid=key.key_id.hex())
        log = load_register(config.signing_keys).log
    former = () if log is None else log.keys[:-1]
    for line in (
        f"Clé du journal de preuve {key.text} : {config.signing_keys}",
        *(
            f"La précédente, {old.vkey.text}, signe aussi jusqu'au {old.valid_to:%Y-%m-%d %H:%M}"
            f" UTC ({HANDOVER.days} jours) : témoins et partenaires suivent jusque-là sans rien "
            "faire."
            for old in former[-1:]
        ),
        "Une passerelle en service la prend d'elle-même, au prochain point de contrôle.",
    ):
        OUT.print(line, soft_wrap=True)


def _rotate_sealed(config: Config, kind: KeyKind, *, prepare: bool) -> None:
    with opened_store(config) as store, told():
        if not store.directory.is_indexed():
            raise CannotDo(
                "L'annuaire n'est pas indexé par la clé présente : remettez ses clés de "
                "scellement.",
                "The directory is not indexed by the present key: bring back its sealing keys.",
            )
        folder, rotation = config.sealing_keys, store.rotation
        try:
            version = version_to_take(folder, rotation, kind)
            if prepare:
                store.trail.enter(Act.KEY_MADE, use=kind, version=str(version))
                _say(f"Clé de scellement {FILE[kind]} v{version} : {folder}")
                _say("Elle ne sert pas encore. Copiez-la partout, puis relancez sans --prepare.")
                return
            _say(f"Clé {FILE[kind]} v{version} : en cours. Interrompue, relancez la commande.")
            retired = rotate_sealed(folder, rotation, kind, version)
        except Overloaded:
            raise CannotDo(
                "La base ou une clé n'est pas disponible : relancez la commande, elle reprend.",
                "The database or a key is not at hand: run the command again, it goes on.",
            ) from None
    for former in retired:
        _say(f"Clé {FILE[kind]} v{former} retirée : rien n'en dépend plus.")
    _say("Les passerelles en service l'ont prise d'elles-mêmes, sans redémarrage.")
    _say("Sauvegardez les clés ; gardez l'ancienne (.retired) autant que d'anciennes sauvegardes.")


def version_to_take(folder: Path, rotation: "KeyRotation", kind: KeyKind) -> int:
    """The version that a rotation brings: of one that was cut short, or made now in its file."""
    known = rotation.versions(kind)
    if any(_is_unfinished(folder, key) for key in known):
        return known[-1].version
    return next_key(folder, kind=FILE[kind], beyond=known[-1].version)


def rotate_sealed(
    folder: Path, rotation: "KeyRotation", kind: KeyKind, version: int
) -> Sequence[int]:
    """Bring a version into use and retire those before it; the versions put by. May be cut short.

    Raises:
        Overloaded: the database cannot be written for long, or a key is not at hand.
    """
    rotation.begin(kind, version)
    if kind is KeyKind.MASTER:
        rotation.wrap_anew()
    else:
        rotation.fill()
        rotation.leave()
    return [
        key.version
        for key in rotation.versions(kind)
        if key.state is KeyState.RETIRED
        and retire_key(folder, kind=FILE[kind], version=key.version)
    ]


def _is_unfinished(folder: Path, key: KeyVersion) -> bool:
    """Whether a rotation was cut short: keys are left, or a retired one was not put by."""
    if key.state is not KeyState.RETIRED:
        return key.state in _UNDER_WAY
    return has_key(folder, kind=FILE[key.kind], version=key.version)


def _say(line: str) -> None:
    OUT.print(line, soft_wrap=True)
