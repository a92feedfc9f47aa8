"""Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures.

    <text, which ends in a newline>

    — <key name> <base64 of 4 bytes of key id, then the signature>

A note has one spelling here: UTF-8 without control characters, base64 in its canonical form, no
line twice. A text must not be read before `verified` says who signed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from signing.encoding import from_base64, to_base64
from signing.log.vkey import KEY_ID_BYTES, SignatureType, VerifierKey, is_key_name

MAX_NOTE_BYTES = 1024 * 1024
"""A note of 100 post-quantum signatures takes about half of it."""
MAX_SIGNATURES = 100
"""The specification asks for at least 16."""
_MARK = "— "
_LOWEST_CHARACTER = " "


class NoteSigner(Protocol):
    """Whoever holds an Ed25519 key; the key itself may live in another process or a module."""

    @property
    def vkey(self) -> VerifierKey:
        """The public half, with the name and the type that it signs under."""

    def sign(self, message: bytes) -> bytes:
        """Give the 64 bytes of the Ed25519 signature of `message` (RFC 8032 §5.1.6).

        Raises `KeyUnusable` when the key cannot be used now.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One line under a note, not yet believed."""

    name: str
    """The key's name."""
    key_id: bytes
    """4 bytes that tell keys of one name apart; not a digest to trust."""
    value: bytes
    """The signature; what is in it depends on the key's type."""

    @property
    def line(self) -> str:
        """The line as it stands under a note, with its newline."""
        return f"{_MARK}{self.name} {to_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A parsed note: its text and every signature, known or not."""

    text: str
    """What is signed, with its final newline."""
    signatures: tuple[NoteSignature, ...]
    """In their order; signatures of unknown keys are kept, and prove nothing."""

    @property
    def octets(self) -> bytes:
        """The note's bytes."""
        return (self.text + "\n" + "".join(one.line for one in self.signatures)).encode()

    def with_signatures(self, *more: NoteSignature) -> "Note":
        """Add lines below; a line of the same key is replaced, so that no key signs twice."""
        keys = {(one.name, one.key_id) for one in more}
        kept = [one for one in self.signatures if (one.name, one.key_id) not in keys]
        return replace(self, signatures=(*kept, *more))


def parse_note(octets: bytes) -> Note:
    """Read a signed note; raise `ValueError` on any defect of form."""
    if len(octets) > MAX_NOTE_BYTES:
        raise ValueError("longer than any note")
    text, mark, lines = _decoded(octets).rpartition("\n\n")
    if not mark or not lines:
        raise ValueError("a note has a text, an empty line and signatures")
    return Note(text=text + "\n", signatures=parse_signature_lines(lines))


def parse_signature_lines(lines: str) -> tuple[NoteSignature, ...]:
    """Read lines of signatures, each with its newline; raise `ValueError` on any defect of form.

    So a witness answers (C2SP tlog-witness, `add-checkpoint`).
    """
    if not lines.endswith("\n"):
        raise ValueError("the last line does not end")
    split = lines[:-1].split("\n")  # never splitlines: U+2028 and others are no line ends here
    if len(split) > MAX_SIGNATURES:
        raise ValueError("too many signatures")
    if len(set(split)) != len(split):
        raise ValueError("a signature is given twice")
    return tuple(_signature(line) for line in split)


def verified(note: Note, *, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Give those of `keys` that signed the text, in the order of their lines.

    Signatures of other keys are passed over. Raises `ValueError` when a known key's signature does
    not verify, when one signs twice, or when none signed. Keys of other types than 0x01 sign no
    plain text: see `signing.log.cosignature`.
    """
    known = {(key.name, key.key_id): key for key in keys if key.type is SignatureType.ED25519}
    signed: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if key in signed:
            raise ValueError("a known key signs twice")
        if not key.verifies(signature.value, note.text.encode()):
            raise ValueError("the signature of a known key does not verify")
        signed.append(key)
    if not signed:
        raise ValueError("no known key signed")
    return tuple(signed)


def sign_note(text: str, *signers: NoteSigner) -> Note:
    """Sign `text` with each of `signers`, whose type must be 0x01.

    Raises `ValueError` on a text that is no text of a note, or a signer of another type.
    """
    _demand_text(text)
    signatures = []
    for signer in signers:
        key = signer.vkey
        if key.type is not SignatureType.ED25519:
            raise ValueError("a key of this type signs no plain text")
        signature = signer.sign(text.encode())
        signatures.append(NoteSignature(name=key.name, key_id=key.key_id, value=signature))
    if not signatures:
        raise ValueError("a note has a signature")
    return Note(text=text, signatures=tuple(signatures))


def _decoded(octets: bytes) -> str:
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("a note is UTF-8") from error
    _demand_plain(text)
    return text


def _demand_text(text: str) -> None:
    if not text.endswith("\n"):
        raise ValueError("the text of a note ends in a newline")
    _demand_plain(text)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("a note is UTF-8") from error


def _demand_plain(text: str) -> None:
    if any(one < _LOWEST_CHARACTER and one != "\n" for one in set(text)):
        raise ValueError("a note has no control character but newlines")


def _signature(line: str) -> NoteSignature:
    if not line.startswith(_MARK):
        raise ValueError("not a line of a signature")
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    if not space or not is_key_name(name):
        raise ValueError("not the name of a key")
    octets = from_base64(encoded)
    if len(octets) <= KEY_ID_BYTES:
        raise ValueError("a signature has a key id and at least one byte")
    return NoteSignature(name=name, key_id=octets[:KEY_ID_BYTES], value=octets[KEY_ID_BYTES:])
