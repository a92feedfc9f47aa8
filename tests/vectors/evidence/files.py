"""The vectors as files under `specs/vectors/evidence/`: what a laboratory takes away."""

import json

import specs
from tests.vectors.evidence import defects, defects_log, good, stamped, stamped_path
from tests.vectors.evidence.keys import POLICIES, REGISTERS
from tests.vectors.evidence.stamps import STAMPED_REGISTERS

ROOT = specs.path("vectors") / "evidence"
INDEX = "index.json"


def vectors():
    """Every vector, in the order of its list: proved, not proved by step, not to be judged."""
    return [
        *good.vectors(),
        *defects.vectors(),
        *defects_log.vectors(),
        *stamped.vectors(),
        *stamped_path.vectors(),
        *defects_log.unusable(),
        *stamped.unusable(),
    ]


def files():
    """Path and bytes of every file; the same receipt stands once."""
    made, entries, kept = {}, [], {}
    for vector in vectors():
        entry = vector.index_entry
        entry["receipt"] = kept.setdefault(vector.octets, entry["receipt"])
        made[entry["receipt"]] = vector.octets
        entries.append(entry)
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    index = f'{{"vectors": [\n{lines}\n]}}\n'
    return (
        made
        | {f"trust/{name}": octets for name, octets in (REGISTERS | STAMPED_REGISTERS).items()}
        | {f"policies/{name}": text.encode() for name, text in POLICIES.items()}
        | {INDEX: index.encode()}
    )
