"""What must be true of the database after anything: asked by plain SQL, not through the gateway."""

import hashlib
import json
import sqlite3
from contextlib import closing

import psycopg
from sqlalchemy import make_url

from signing.log.checkpoint import parse_checkpoint
from signing.log.entry import audit_entry
from signing.log.tree import leaf_hash, root_of_leaves
from tests.doors.reading import prove

_LEAVES = """
    SELECT leaf_index AS at, entry FROM log_leaves WHERE leaf_index IS NOT NULL
    UNION ALL SELECT leaf_index, leaf FROM audit_entries WHERE leaf_index IS NOT NULL"""
"""Every leaf that has its place: of an acknowledgement, or of an entry of the audit trail."""
NOTHING = {
    "an acknowledgement has its two renderings": """
        SELECT a.id FROM acknowledgements a
        LEFT JOIN renderings r ON r.acknowledgement_id = a.id
        GROUP BY a.id HAVING count(r.representation) <> 2""",
    "a rendering has its acknowledgement": """
        SELECT r.acknowledgement_id FROM renderings r
        LEFT JOIN acknowledgements a ON a.id = r.acknowledgement_id WHERE a.id IS NULL""",
    "an acknowledgement has its transmission": """
        SELECT a.id FROM acknowledgements a
        LEFT JOIN transmissions t ON t.number = a.transmission WHERE t.number IS NULL""",
    "a transmission has its acknowledgement": """
        SELECT t.number FROM transmissions t
        LEFT JOIN acknowledgements a ON a.cursor = t.number WHERE a.cursor IS NULL""",
    "a transmission has its body": """
        SELECT t.number FROM transmissions t
        LEFT JOIN transmission_bodies b ON b.transmission = t.number
        WHERE b.transmission IS NULL""",
    "an id and content are one transmission": """
        SELECT t.scope, t.is_test, t.id, t.content_sha256 FROM transmissions t
        GROUP BY t.scope, t.is_test, t.id, t.content_sha256 HAVING count(*) > 1""",
    "verdicts stand once under an id": """
        SELECT t.scope, t.is_test, t.id FROM transmissions t WHERE t.has_line_verdicts
        GROUP BY t.scope, t.is_test, t.id HAVING count(*) > 1""",
    "a line has its transmission": """
        SELECT l.transmission FROM lines l
        LEFT JOIN transmissions t ON t.number = l.transmission WHERE t.number IS NULL""",
    "a reference is one line": """
        SELECT l.transmission, l.ref FROM lines l
        GROUP BY l.transmission, l.ref HAVING count(*) > 1""",
    "a line has its measurement": """
        SELECT l.transmission, l.line FROM lines l
        LEFT JOIN measurements m ON m.transmission = l.transmission AND m.line = l.line
        GROUP BY l.transmission, l.line HAVING count(m.place) <> 1""",
    "a measurement has its line, both in force or neither": """
        SELECT m.transmission, m.line FROM measurements m
        LEFT JOIN lines l ON l.transmission = m.transmission AND l.line = m.line
        WHERE l.line IS NULL OR l.is_in_force <> m.is_in_force""",
    "a dose is in force once": """
        SELECT m.worker_id, m.start_at FROM measurements m WHERE m.is_in_force
        GROUP BY m.worker_id, m.employer, m.flow, m.quantity, m.radiation, m.location, m.side,
                 m.site, m.first_day, m.last_day, m.start_at, m.end_at
        HAVING count(*) > 1""",
    "an acknowledgement has its leaf in the evidence log": """
        SELECT a.cursor FROM acknowledgements a
        LEFT JOIN log_leaves l ON l.cursor = a.cursor WHERE l.cursor IS NULL""",
    "a leaf has its acknowledgement": """
        SELECT l.cursor FROM log_leaves l
        LEFT JOIN acknowledgements a ON a.cursor = l.cursor WHERE a.cursor IS NULL""",
    "the leaves of the evidence log are numbered without a gap": """
        SELECT x.numbered FROM (SELECT count(at) AS numbered, coalesce(max(at) + 1, 0) AS size
                                FROM ({leaves}) leaves) x WHERE x.numbered <> x.size""",
    "a place in the evidence log is of one leaf": """
        SELECT at FROM ({leaves}) leaves GROUP BY at HAVING count(*) > 1""",
    "a checkpoint covers numbered leaves alone": """
        SELECT c.size FROM log_checkpoints c WHERE c.size > (SELECT count(at) FROM ({leaves}) l)""",
    "entries of the audit trail are numbered without a gap": """
        SELECT x.entries FROM (SELECT count(*) AS entries, coalesce(max(number), 0) AS last
                               FROM audit_entries) x WHERE x.entries <> x.last""",
    "an entry of the audit trail has its leaf whole or not at all": """
        SELECT number FROM audit_entries WHERE (leaf_index IS NULL) <> (leaf IS NULL)""",
    "numbers have no gap": """
        SELECT c.value FROM counters c WHERE c.name = 'cursor'
        AND (c.value <> (SELECT count(*) FROM acknowledgements)
          OR c.value <> (SELECT coalesce(max(cursor), 0) FROM acknowledgements))""",
}
"""Queries that find nothing while what they are called holds. Each transmission of the clients has
one measurement a line."""
_ANSWERS = """
    SELECT a.id, a.cursor, a.canonical, a.canonical_sha256, t.id, t.has_line_verdicts,
           (SELECT count(*) FROM lines l WHERE l.transmission = t.number)
    FROM acknowledgements a JOIN transmissions t ON t.number = a.cursor
    WHERE a.cursor > {after} ORDER BY a.cursor"""
_RENDERINGS = """
    SELECT r.acknowledgement_id, r.representation, r.content
    FROM renderings r JOIN acknowledgements a ON a.id = r.acknowledgement_id
    WHERE a.cursor > {after}"""

_ENTRIES = "SELECT entry FROM ({leaves}) leaves ORDER BY at"
_TRAIL = "SELECT entry, sha256, leaf FROM audit_entries ORDER BY number"
_CHECKPOINTS = "SELECT size, root, note FROM log_checkpoints WHERE size > {size} ORDER BY size"


class Record:
    """The database of an address, seen from outside the gateway."""

    def __init__(self, url, trust):
        self._url, self.trust = make_url(url), trust
        self._after = 0
        """Cursor up to which acknowledgements were proved."""
        self._size = -1
        """Of the last checkpoint whose root was made anew."""

    def ask(self, query):
        with closing(self._connect()) as connection:
            return connection.execute(query).fetchall()

    def assert_holds(self):
        """Nothing half-applied; every receipt signed since the last time is proved.

        Returns how many there are in all.
        """
        for law, query in NOTHING.items():
            broken = self.ask(query.format(leaves=_LEAVES))
            assert not broken, f"not true that {law}: {broken[:5]}"
        renderings = {}
        for name, representation, content in self.ask(_RENDERINGS.format(after=self._after)):
            renderings.setdefault(name, {})[representation] = bytes(content)
        for row in self.ask(_ANSWERS.format(after=self._after)):
            self._assert_answer(row, renderings[row[0]])
            self._after = row[1]
        self._assert_log()
        self._assert_trail()
        if self._url.get_backend_name() == "sqlite":
            assert self.ask("PRAGMA integrity_check") == [("ok",)]
        return self._after

    def _assert_log(self):
        """Every root that was signed since the last time is that of the entries before it."""
        leaves = [leaf_hash(bytes(entry)) for (entry,) in self.ask(_ENTRIES.format(leaves=_LEAVES))]
        for size, root, note in self.ask(_CHECKPOINTS.format(size=self._size)):
            assert bytes(root) == root_of_leaves(leaves[:size]), f"another past at {size}"
            stated = parse_checkpoint(bytes(note)).checkpoint
            assert (stated.size, stated.root) == (size, bytes(root))
            self._size = size

    def _assert_trail(self):
        """Each entry holds the digest of the one before, and its leaf is its own."""
        previous = "0" * 64
        for entry, digest, leaf in self.ask(_TRAIL):
            assert json.loads(bytes(entry))["previous"] == previous
            previous = hashlib.sha256(bytes(entry)).hexdigest()
            assert bytes(digest).hex() == previous
            own = audit_entry(entry_sha256=bytes(digest))
            assert leaf is None or bytes(leaf) == own

    def _assert_answer(self, row, renderings):
        name, _, canonical, digest, transmission, has_verdicts, lines = row
        canonical = bytes(canonical)
        stated = json.loads(canonical)
        assert (stated["id"], stated["transmission"]["id"]) == (name, transmission)
        assert hashlib.sha256(canonical).hexdigest() == digest
        for content in renderings.values():
            assert prove(content, self.trust) == stated
        counts = stated.get("counts", {"accepted": 0, "held": 0})
        assert bool(has_verdicts) == ("counts" in stated)
        assert lines == counts["accepted"] + counts["held"], f"{lines} lines of {name}"

    def _connect(self):
        if self._url.get_backend_name() == "sqlite":
            return sqlite3.connect(self._url.database, timeout=30)
        host = self._url.query["host"]
        text = f"host={host} user={self._url.username} dbname={self._url.database}"
        return psycopg.connect(text, autocommit=True)
