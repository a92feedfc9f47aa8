"""What must be corrected in a new file, in its own places, and said as the receipt says it."""

from collections.abc import Sequence

from gateway.commands.checking.findings import Entry, Found
from gateway.commands.checking.locating import Locating
from gateway.commands.fixing.choosing import Chosen
from gateway.commands.fixing.original import Original
from gateway.model.acknowledgement import Acknowledgement, CodeEntry
from gateway.model.verdict import Finding
from gateway.wire.v1.contract import TransmissionContract


def corrections(
    receipt: Acknowledgement,
    lines: Sequence[Chosen],
    written: Original,
    contract: TransmissionContract,
) -> list[Found]:
    """The findings on `lines`, which are those of the file `written`, in that order."""
    codes = {entry.code: _entry(entry) for entry in receipt.codes}
    misread = {line.index: line.member for line in written.read.unreadable}
    locating = Locating(
        contract=contract, content=written.content, root=written.root, is_json=written.is_json,
        wanted=range(len(lines)),
    )  # fmt: skip
    found = []
    for place, line in enumerate(lines):
        before, after = f"/results/{line.index}", f"/results/{place}"
        for finding in line.entry.findings:
            pointer = finding.pointer
            if pointer is not None and (pointer + "/").startswith(f"{before}/"):
                pointer = after + pointer.removeprefix(before)
            found.append(
                locating.found(
                    Finding(finding.code, pointer),
                    index=place,
                    ref=line.entry.ref,
                    misread=misread.get(place),
                    entry=codes[finding.code],
                )
            )
    return found


def _entry(code: CodeEntry) -> Entry:
    return Entry(
        code=code.code, level=code.level, actor=code.actor, action=code.action,
        fr=code.text.fr, en=code.text.en,
    )  # fmt: skip
