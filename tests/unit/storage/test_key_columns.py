"""Every column that a sealing key has made is known as such: no rotation can forget one."""

from sqlalchemy import LargeBinary, String

import gateway.app  # noqa: F401 - it brings every table
from gateway.storage.key_rotation import WRAPPED
from gateway.storage.tables import BlindIndex, WrappedKey, metadata

BLIND_INDEXES = {
    "directory_indexes.nir_index": "filled beside the former, which is dropped",
    "directory_indexes.name_index": "filled beside the former, in the same row",
    "directory_contacts.email_index": "made anew from the contact, found by either meanwhile",
    "account_emails.email_index": "made anew from the address, found by either meanwhile",
    "lines.held_nir_index": "indexed anew",
    "verified_identities.digest": "made anew from the directory, else the worker is asked anew",
    "verification_failures.couple": "not made anew: forgotten a day after, by whichever key",
}
WITHOUT_SEALING_KEY = {
    *("acknowledgements.canonical", "renderings.content", "line_entry_pages.entries"),
    *("partner_invitations.digest", "partner_credentials.public", "spent_assertions.digest"),
    *("revocation_lists.der", "register_tokens.digest"),
    *("sign_in_attempts.digest", "account_links.digest"),
    "account_bars.digest",
    *("sign_in_sessions.digest", "waiting_identities.digest", "number_tries.digest"),
    *("portal_requests.digest", "portal_codes.digest", "portal_returns.digest"),
    *("portal_accesses.digest", "portal_accesses.code_digest", "portal_hand_overs.salt"),
    *("partner_tokens.digest", "log_leaves.salt", "log_leaves.entry", "log_hashes.hash"),
    *("log_checkpoints.root", "log_checkpoints.note", "log_timestamps.token"),
    *("audit_entries.entry", "audit_entries.sha256", "audit_entries.leaf"),
}
COLUMNS = {str(column): column for table in metadata.tables.values() for column in table.c}


def of(kind: type) -> set[str]:
    return {name for name, column in COLUMNS.items() if isinstance(column.type, kind)}


def test_of_every_blind_index_it_is_said_what_a_rotation_does_with_it() -> None:
    assert of(BlindIndex) == set(BLIND_INDEXES)


def test_every_wrapped_key_is_one_that_a_rotation_wraps_anew() -> None:
    assert of(WrappedKey) == {f"{table.name}.wrapped_key" for table, _ in WRAPPED}
    assert all(number.primary_key and number.table is table for table, number in WRAPPED)


def test_bytes_are_sealed_or_made_by_a_sealing_key_or_named_as_neither() -> None:
    sealed = {name for name in COLUMNS if name.rpartition(".")[2].startswith("sealed_")}
    kinds = sealed, of(BlindIndex), of(WrappedKey), WITHOUT_SEALING_KEY
    assert of(LargeBinary) == set().union(*kinds)
    assert sum(map(len, kinds)) == len(of(LargeBinary))


def test_no_other_column_is_named_as_if_it_were_a_blind_index_or_a_wrapped_key() -> None:
    named = {
        name
        for name, column in COLUMNS.items()
        if isinstance(column.type, LargeBinary | String)
        and ("wrapped" in name.partition(".")[2] or name.endswith("_index"))
    }
    assert named <= of(BlindIndex) | of(WrappedKey)
