"""What the steps of a proof found, in French."""

import re

import pytest

from gateway.commands.proofs import french_fact

AT, LATER, LAST = (f"2026-11-{day}T09:00:00.000Z" for day in (20, 21, 22))

CLAIMED = f"decided {AT} by its own date alone, key valid {LATER} to {LAST}"
CLAIMED_FR = f"décidé le {AT} selon sa seule date, clé valable du {LATER} au {LAST}"


@pytest.mark.parametrize(
    ("found", "french"),
    [
        ("10248 characters", "10248 caractères"),
        ("7000 bytes", "7000 octets"),
        ("2 references", "2 références"),
        ("ES256 over 7000 bytes", "ES256 sur 7000 octets"),
        ("SHA-256 over 7000 bytes", "SHA-256 sur 7000 octets"),
        ("ecdsa-sha256 over ds:SignedInfo", "ecdsa-sha256 sur ds:SignedInfo"),
        ("no other member", "aucun autre membre"),
        (f"signed {AT}", f"signé le {AT}"),
        (f"{CLAIMED}; not a test", f"{CLAIMED_FR} ; pas un essai"),
        (f"{CLAIMED}; a test, proof of nothing", f"{CLAIMED_FR} ; un essai, qui ne prouve rien"),
        ("the register names none", "le fichier de clés n'en nomme aucun"),
        ("no proof is asked for", "aucune preuve n'est exigée"),
        ("entry 3 of 17", "entrée 3 sur 17"),
        ("siseri.example/log, key a+b, c+d", "siseri.example/log, clé a+b, c+d"),
        ("key a+b", "clé a+b"),
        ("the log's word alone", "la seule parole du journal"),
        ("a false date is not excluded", "une date fausse n'est pas exclue"),
        (f"decided {AT}, seen {LATER}", f"décidé le {AT}, vu le {LATER}"),
        ("never, as this register says", "jamais, selon ce fichier de clés"),
        (f"seen {AT}, lost {LATER}", f"vu le {AT}, compromise le {LATER}"),
    ],
)
def test_a_fact_is_told_in_french_with_its_figures_and_dates(found, french):
    assert french_fact(found) == french
    assert re.findall(r"[\d:.-]{5,}Z?", found) == re.findall(r"[\d:.-]{5,}Z?", french)


@pytest.mark.parametrize(
    "found", ["ES256, siseri-ack+jws", "ab" * 32, "key-2026", "/receipt/*[1]", "proof, signature"]
)
def test_names_and_digests_are_of_no_language(found):
    assert french_fact(found) == found
