"""Settings by name, read out of a mapping: every fault is gathered, none shows a value."""

import os
import pwd
import re
import ssl
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final

from gateway.errors import ConfigurationFault
from gateway.identifiers import InvalidIdentifier, Siret
from gateway.wire.leaves import Misread
from gateway.wire.leaves import text as normal_text

PREFIX: Final = "SISERI_"
Network = IPv4Network | IPv6Network


OPERATOR = re.compile(r"[0-9A-Za-z._@-]{1,64}", re.ASCII)
"""What may stand for an operator in the audit trail."""


class SettingsReader:
    """Reads variables and gathers faults; a fault names the variable, never its value."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[tuple[str, str]] = []
        """In French and in English."""

    def demand_usable(self) -> None:
        """Raise `ConfigurationFault` of all faults as one, where there are any."""
        if self.faults:
            french, english = zip(*self.faults, strict=True)
            raise ConfigurationFault(" ; ".join(french), "; ".join(english))

    def _refuse(self, name: str, fr: str, en: str) -> None:
        self.faults.append((f"{PREFIX}{name} {fr}", f"{PREFIX}{name} {en}"))

    def text(self, name: str, default: str) -> str:
        """The value of a setting, or the content of the file that `…_FILE` names."""
        file = self._environment.get(f"{PREFIX}{name}_FILE")
        if file is None:
            return self._environment.get(f"{PREFIX}{name}", default)
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):  # not there, not a path, not UTF-8
            self._refuse(f"{name}_FILE", "est illisible", "cannot be read")
            return default

    def file(self, name: str) -> Path | None:
        """A file that is there, or None where none is named."""
        return self.named_file(name) if self.text(name, "") else None

    def named_file(self, name: str) -> Path:
        """A file that must be named, and be there."""
        path = Path(self.text(name, ""))
        if not path.is_absolute() or not path.is_file():
            self._refuse(
                name,
                "doit être le chemin absolu d'un fichier qui existe",
                "must be the absolute path of a file that exists",
            )
        return path

    def certificates(self, name: str) -> Path | None:
        """A file of authorities of TLS servers, PEM, or None where none is named."""
        path = self.file(name)
        if path is None:
            return None
        try:
            ssl.create_default_context(cafile=path)
        except OSError:  # ssl.SSLError is one: no certificate in it
            if path.is_file():  # else it is told already
                self._refuse(name, "ne contient aucun certificat PEM", "holds no PEM certificate")
        return path

    def demand(self, name: str, condition: object, *, fr: str, en: str) -> None:
        """Refuse what a variable says, for a reason beside its form."""
        if not condition:
            self._refuse(name, fr, en)

    def matching(self, name: str, default: str, pattern: re.Pattern[str]) -> str:
        """A value that has that form, to the very end."""
        value = self.text(name, default)
        if not pattern.fullmatch(value):
            form = pattern.pattern
            self._refuse(name, f"doit avoir la forme {form}", f"must match {form}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of that range."""
        value = self.text(name, str(default))
        digits = len(str(high))
        if re.fullmatch(rf"[0-9]{{1,{digits}}}", value) and low <= int(value) <= high:
            return int(value)
        self._refuse(
            name,
            f"doit être un nombre de {low} à {high}",
            f"must be a number from {low} to {high}",
        )
        return default

    def stated(self, name: str, default: str, longest: int = 200) -> str:
        """A text that every acknowledgement states: in its normal form, as XML gives it back."""
        try:
            value = normal_text(self.text(name, default))
        except Misread:
            value = ""
        if not 1 <= len(value) <= longest:
            self._refuse(
                name,
                f"doit être une ligne de 1 à {longest} caractères",
                f"must be one line of 1 to {longest} characters",
            )
        return value

    def networks(self, name: str) -> tuple[Network, ...]:
        """IP addresses or networks, separated by blanks."""
        try:
            return tuple(ip_network(one) for one in self.text(name, "").split())
        except ValueError:
            self._refuse(name, "doit être des adresses IP", "must be IP addresses or networks")
            return ()

    def siret(self, name: str, default: str) -> str:
        """A SIRET with a right key."""
        value = self.text(name, default)
        try:
            return str(Siret.parse(value))
        except InvalidIdentifier:
            self._refuse(name, "doit être un SIRET", "must be a SIRET")
            return default


def account_name() -> str:
    """The account of the system that runs this, whatever the environment says of it."""
    number = os.geteuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # a container may run a number that no file names
        return f"uid-{number}"
    return name if OPERATOR.fullmatch(name) else f"uid-{number}"
