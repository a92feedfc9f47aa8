"""`keys new`, `keys request`, `keys import`: how keys come into service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.commands.entering import (
    ACKNOWLEDGEMENTS,
    FRANCECONNECT,
    LOG,
    PORTALS,
    TOKENS,
    entering,
)
from gateway.commands.opening import configuration, machine_time
from gateway.commands.terminal import OUT, CannotDo
from gateway.config import Config
from gateway.model.audit import Act
from gateway.model.sealing import KeyKind
from signing.errors import KeyUnusable, SigningError
from signing.keys import (
    REGISTER,
    KeyAccess,
    import_certificate,
    import_pkcs12,
    load_published,
    new_signing_key,
    request_certificate,
)
from signing.log.keys import new_log_key
from signing.oauth.decryption_keys import DECRYPTION_KEYS, new_decryption_key
from signing.oauth.identity_keys import IDENTITY_KEYS, new_identity_key
from signing.oauth.token_keys import TOKEN_KEYS, new_token_key
from signing.pkcs11 import Token
from signing.register import load_register
from signing.seal import new_sealing_keys

_X509_TEXT: Final = 64
"""Longest common name or organisation (RFC 5280, appendix A)."""
_MAX_FILE_BYTES: Final = 64 * 1024
InToken = Annotated[
    str | None,
    typer.Option("--token", metavar="LABEL", help="Dans ce jeton PKCS#11, non dans un fichier."),
]


def new(*, token: InToken = None) -> None:
    """Make the keys that are missing; never replace one."""
    for line in make_keys(configuration(), token=token):
        OUT.print(line, soft_wrap=True)
    OUT.print(
        "Sauvegardez ce dossier à part de la base : sans ces clés, le contenu est perdu.",
        soft_wrap=True,
    )


def request(*, token: InToken = None) -> None:
    """Make a key that does not sign yet; write the request for its certificate (PKCS#10)."""
    config = configuration()
    with entering(config) as entered, told():
        asked = request_certificate(
            config.signing_keys,
            common_name=config.issuer.service[:_X509_TEXT],
            organisation=config.issuer.name[:_X509_TEXT],
            token=_token(config, token, may_write=True),
        )
        entered(Act.KEY_REQUESTED, use=ACKNOWLEDGEMENTS, request=sha256(asked).hexdigest())
    typer.echo(asked.decode("ascii"), nl=False)


def bring_in(
    file: Annotated[
        Path, typer.Argument(metavar="FICHIER", help="PKCS#12, ou certificat et chaîne en PEM.")
    ],
    *,
    token: InToken = None,
) -> None:
    """Let a key with an authority's certificate take over from now on."""
    config = configuration()
    octets = _read(file)
    is_pem = b"-----BEGIN CERTIFICATE-----" in octets
    if token is not None and not is_pem:
        raise CannotDo(
            "Avec --token, la clé est dans le jeton : donnez le certificat et sa chaîne en PEM.",
            "With --token the key is in the token: give its certificate and chain in PEM.",
        )
    with entering(config) as entered, told():
        if is_pem:
            kid = import_certificate(
                config.signing_keys, octets, now=machine_time(), token=_token(config, token)
            )
        else:
            password = config.pkcs12_password
            kid = import_pkcs12(config.signing_keys, octets, password=password, now=machine_time())
        entered(Act.KEY_IMPORTED, use=ACKNOWLEDGEMENTS, kid=kid)
    told_of(config, kid)
    if not is_pem:
        OUT.print(
            "La passerelle en service l'ouvre par SISERI_PKCS12_PASSWORD : sans ce mot de passe "
            "au démarrage, la précédente signe jusqu'à sa fin.",
            soft_wrap=True,
        )


def make_keys(config: Config, *, token: str | None = None) -> list[str]:
    """Make the keys that sign, seal, and sign the evidence log; what was made.

    Raises:
        CannotDo: all exist already, or the folder cannot be written.
    """
    made = []
    with entering(config) as entered, told():
        if not any(config.sealing_keys.glob("sealing-*.key")):
            sealing = new_sealing_keys(config.sealing_keys)
            entered(Act.KEY_MADE, use=KeyKind.MASTER, version=str(sealing.master_version))
            entered(Act.KEY_MADE, use=KeyKind.INDEX, version=str(sealing.index_version))
            made.append(f"Clés de scellement : {config.sealing_keys}")
        if not (config.signing_keys / REGISTER).exists():
            kid = written_signing_key(config, token)
            entered(Act.KEY_MADE, use=ACKNOWLEDGEMENTS, kid=kid)
            made.append(f"Clé de signature {kid} : {config.signing_keys}")
        if not (config.token_keys / TOKEN_KEYS).exists():
            kid = new_token_key(config.token_keys, now=machine_time())
            entered(Act.KEY_MADE, use=TOKENS, kid=kid)
            made.append(f"Clé des jetons d'accès {kid} : {config.token_keys}")
        made += _made_of_federation(config, entered)
        if load_register(config.signing_keys).log is None:
            key = new_log_key(config.signing_keys, origin=config.log_origin, now=machine_time())
            entered(Act.KEY_MADE, use=LOG, kid=key.key_id.hex())
            made.append(f"Clé du journal de preuve {key.text} : {config.signing_keys}")
    if not made:
        raise CannotDo(
            "Les clés existent déjà ; aucune n'est jamais remplacée. "
            "Pour une nouvelle clé de signature : siseri-gateway keys rotate",
            "The keys exist already; none is ever replaced. "
            "For a new signing key: siseri-gateway keys rotate",
        )
    return made


def _made_of_federation(config: Config, entered: Callable[..., None]) -> list[str]:
    """Make the keys that sign-in needs and that are missing; what was made."""
    plan, made = config.federation, []
    workers, portals = plan.franceconnect, plan.portal_keys
    if workers is not None and not (workers.keys / DECRYPTION_KEYS).exists():
        alg = workers.encrypted_with
        kid = new_decryption_key(workers.keys, alg=alg, now=machine_time())
        entered(Act.KEY_MADE, use=FRANCECONNECT, kid=kid)
        made.append(f"Clé de FranceConnect+ {kid} ({alg}) : {workers.keys}")
    if plan.is_open and not (portals / IDENTITY_KEYS).exists():
        kid = new_identity_key(portals, now=machine_time())
        entered(Act.KEY_MADE, use=PORTALS, kid=kid)
        made.append(f"Clé des portails {kid} : {portals}")
    return made


def unwritten(error: Exception) -> CannotDo:
    """What a folder of keys that cannot be used becomes."""
    return CannotDo(
        f"Les clés n'ont pu être écrites ({type(error).__name__}) : vérifiez SISERI_HOME.",
        f"The keys could not be written ({type(error).__name__}): check SISERI_HOME.",
    )


@contextmanager
def told() -> Iterator[None]:
    """Turn what `signing` and the disk refuse into one line."""
    try:
        yield
    except KeyUnusable as error:  # its text names files, tokens and instants alone
        raise CannotDo(f"Clé inutilisable : {error}.", f"Unusable key: {error}.") from None
    except (SigningError, OSError) as error:
        raise unwritten(error) from None


def written_signing_key(config: Config, token: str | None) -> str:
    """Make an acknowledgement key that takes over from now on; its kid."""
    return new_signing_key(
        config.signing_keys,
        common_name=config.issuer.service[:_X509_TEXT],
        organisation=config.issuer.name[:_X509_TEXT],
        now=machine_time(),
        token=_token(config, token, may_write=True),
    )


def _token(config: Config, label: str | None, *, may_write: bool = False) -> Token | None:
    if label is None:
        return None
    access = KeyAccess(pkcs11_module=config.pkcs11_module, pkcs11_pin=config.pkcs11_pin)
    return access.token(label, may_write=may_write)


def told_of(config: Config, kid: str) -> None:
    """Name the key that took over, its time, and that of the one before."""
    *former, key = load_published(config.signing_keys)
    for line in (
        f"Clé de signature {kid} : {config.signing_keys}",
        f"Valable du {key.valid_from:%Y-%m-%d %H:%M} au {key.valid_to:%Y-%m-%d %H:%M} UTC.",
        *(
            f"La précédente, {old.kid}, jusqu'au {old.valid_to:%Y-%m-%d %H:%M} UTC."
            for old in former[-1:]
        ),
        "Une passerelle en service la prend d'elle-même, sans redémarrage.",
        "Ce qu'elle signe se vérifie par le registre publié : que les partenaires le relisent.",
    ):
        OUT.print(line, soft_wrap=True)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            octets = stream.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise CannotDo(
            f"{file.name} : fichier illisible ({type(error).__name__}).",
            f"{file.name}: the file cannot be read ({type(error).__name__}).",
        ) from None
    if len(octets) > _MAX_FILE_BYTES:
        raise CannotDo(
            f"{file.name} : trop long pour une clé.", f"{file.name}: too long for a key."
        )
    return octets
