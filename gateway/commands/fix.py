"""`fix RECEIPT --from FILE --out FILE`: the next file, with the refused lines alone."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from gateway.commands.check import is_json
from gateway.commands.checking.findings import Found
from gateway.commands.checking.human import findings_table
from gateway.commands.checking.machine import found_form
from gateway.commands.fixing.choosing import Chosen, Fate, chosen, every_line, require_same
from gateway.commands.fixing.correcting import corrections
from gateway.commands.fixing.original import Original
from gateway.commands.opening import machine_time
from gateway.commands.receipts import NotAReceipt, acknowledgement_of
from gateway.commands.terminal import OUT, CannotDo, Lang, print_json
from gateway.commands.writing import is_json_name, read_whole, require_new, write_whole
from gateway.model.acknowledgement import Acknowledgement
from gateway.model.parts import instant
from gateway.wire.v1.contract import TransmissionContract

_TOLD: Final = {
    Fate.HELD: (
        "en attente à la passerelle, qui les jugera de nouveau : ne les renvoyez pas",
        "held at the gateway, which will judge them again: do not send them again",
    ),
    Fate.NOTHING: (
        "déjà au registre, ou corrigées ou annulées pendant l'attente : rien à renvoyer",
        "already on record, or corrected or cancelled while held: nothing to send",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A file that was written."""

    file: Path
    transmission_id: str
    lines: tuple[Chosen, ...]
    found: tuple[Found, ...]
    unread: int


def fix(
    receipt: Annotated[Path, typer.Argument(metavar="ACCUSÉ", help="JSON ou XML.")],
    *,
    source: Annotated[Path, typer.Option("--from", help="Le fichier envoyé.")],
    out: Annotated[Path, typer.Option(help="Les lignes à corriger (.json ou .xml).")],
    resend: Annotated[Path | None, typer.Option(help="Les lignes à renvoyer telles.")] = None,
    lines: Annotated[Path | None, typer.Option(help="Copie de /lines (plus de 1 000).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Remplacer les fichiers.")] = False,
    lang: Annotated[Lang, typer.Option(help="Langue du rapport.")] = Lang.FR,
    json: Annotated[bool, typer.Option("--json", help="Rapport en JSON.")] = False,
) -> None:
    """Prepare the next transmission: refused lines only, new id, totals computed again."""
    outs = [out] if resend is None else [out, resend]
    for file in outs:
        is_json_name(file)
        require_new(file, force=force)
    answer, content = _receipt(receipt), read_whole(source)
    contract = TransmissionContract()
    now = machine_time()
    original = Original(content, is_json=is_json(source, content), contract=contract, at=now)
    require_same(answer, original)
    entries = every_line(answer, None if lines is None else read_whole(lines))
    every = chosen(answer, entries, original)

    def written(file: Path | None, fate: Fate) -> _Written | None:
        mine = tuple(line for line in every if line.fate is fate)
        if file is None or not mine:
            return None
        return _write(file, mine, answer, original, contract)

    parts = [part for part in (written(out, Fate.CORRECT), written(resend, Fate.RESEND)) if part]
    if json:
        print_json(_form(every, parts))
    else:
        _show(every, parts, english=int(lang is Lang.EN), has_resend=resend is not None)


def _receipt(file: Path) -> Acknowledgement:
    try:
        return acknowledgement_of(read_whole(file))
    except NotAReceipt:
        raise CannotDo(
            f"{file.name} : ce n'est pas un accusé.", f"{file.name}: this is not a receipt."
        ) from None


def _write(
    file: Path,
    lines: tuple[Chosen, ...],
    answer: Acknowledgement,
    original: Original,
    contract: TransmissionContract,
) -> _Written:
    now, indexes = machine_time(), [line.index for line in lines]
    transmission_id = str(uuid.uuid4())
    to_json = is_json_name(file)
    content = original.part(
        indexes, transmission_id=transmission_id, issued_at=instant(now), to_json=to_json
    )
    made = Original(content, is_json=to_json, contract=contract, at=now)
    write_whole(file, content)
    return _Written(
        file=file,
        transmission_id=transmission_id,
        lines=lines,
        found=tuple(corrections(answer, lines, made, contract)),
        unread=original.unread(indexes),
    )


def _show(
    every: Sequence[Chosen], parts: Sequence[_Written], *, english: int, has_resend: bool
) -> None:
    for part in parts:
        count = len(part.lines)
        said = f"{count} ligne{'s' * (count > 1)}", f"{count} line{'s' * (count > 1)}"
        head = Text(f"{part.file.name} : ", style="bold")
        OUT.print(head.append(f"{said[english]}, id {part.transmission_id}", style="default"))
        OUT.print(findings_table(part.found, english))
        if part.unread:
            OUT.print(_TOTALS[english].format(part.unread), markup=False)
    for fate, texts in _TOLD.items():
        _tell(every, fate, texts[english])
    if not has_resend:
        _tell(every, Fate.RESEND, _APART[english])
    if not parts:
        OUT.print(("Rien à corriger : aucun fichier écrit.", "Nothing to write.")[english])


def _tell(every: Sequence[Chosen], fate: Fate, text: str) -> None:
    indexes = [str(line.entry.index) for line in every if line.fate is fate]
    if indexes:
        OUT.print(f"{', '.join(indexes)} : {text}.", markup=False)


def _form(every: Sequence[Chosen], parts: Sequence[_Written]) -> dict[str, Any]:
    return {
        "files": [
            {
                "file": str(part.file),
                "id": part.transmission_id,
                "lines": [
                    {"index": place, "was": line.entry.index, "ref": line.entry.ref}
                    for place, line in enumerate(part.lines, 1)
                ],
                "unreadable": part.unread,
                "findings": [found_form(found) for found in part.found],
            }
            for part in parts
        ],
        **{
            fate.value.lower(): [line.entry.index for line in every if line.fate is fate]
            for fate in Fate
        },
    }


_TOTALS: Final = (
    "Totaux à recalculer après correction : lignes illisibles, qui n'y comptent pas : {}.",
    "Totals to compute again after correction: unreadable lines, which do not count: {}.",
)
_APART: Final = (
    "à renvoyer telles quelles quand la cause sera levée : --resend FICHIER les écrit à part",
    "to be sent again as they are once the cause is settled: --resend FILE writes them apart",
)
