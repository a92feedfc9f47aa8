"""Files like those of INSEE's monthly stock, of fictitious establishments."""

import csv
import zipfile

from pyarrow import Table, parquet

COLUMNS = (
    *("siren", "nic", "siret", "statutDiffusionEtablissement", "dateCreationEtablissement"),
    *("trancheEffectifsEtablissement", "anneeEffectifsEtablissement"),
    *("activitePrincipaleRegistreMetiersEtablissement", "dateDernierTraitementEtablissement"),
    *("etablissementSiege", "nombrePeriodesEtablissement", "complementAdresseEtablissement"),
    *("numeroVoieEtablissement", "indiceRepetitionEtablissement"),
    *("dernierNumeroVoieEtablissement", "indiceRepetitionDernierNumeroVoieEtablissement"),
    *("typeVoieEtablissement", "libelleVoieEtablissement", "codePostalEtablissement"),
    *("libelleCommuneEtablissement", "libelleCommuneEtrangerEtablissement"),
    *("distributionSpecialeEtablissement", "codeCommuneEtablissement", "codeCedexEtablissement"),
    *("libelleCedexEtablissement", "codePaysEtrangerEtablissement"),
    *("libellePaysEtrangerEtablissement", "identifiantAdresseEtablissement"),
    *("coordonneeLambertAbscisseEtablissement", "coordonneeLambertOrdonneeEtablissement"),
    *(f"{name}2Etablissement" for name in (
        *("complementAdresse", "numeroVoie", "indiceRepetition", "typeVoie", "libelleVoie"),
        *("codePostal", "libelleCommune", "libelleCommuneEtranger", "distributionSpeciale"),
        "codeCommune",
    )),
    *("dateDebut", "etatAdministratifEtablissement", "enseigne1Etablissement"),
    *("enseigne2Etablissement", "enseigne3Etablissement", "denominationUsuelleEtablissement"),
    *("activitePrincipaleEtablissement", "nomenclatureActivitePrincipaleEtablissement"),
    *("caractereEmployeurEtablissement", "activitePrincipaleNAF25Etablissement"),
)  # fmt: skip
"""Of StockEtablissement in 2026; older files lack the last and others."""


def a_row(siret, *, state="A", start="2008-01-01", processed="2026-10-30T14:31:07.000", **more):
    told = {
        "siren": siret[:9],
        "nic": siret[9:],
        "siret": siret,
        "statutDiffusionEtablissement": "O",
        "dateCreationEtablissement": "2008-01-01",
        "dateDernierTraitementEtablissement": processed,
        "etablissementSiege": "true",
        "libelleVoieEtablissement": "DES ESSAIS, DITE « FICTIVE »",
        "codePostalEtablissement": "75001",
        "libelleCommuneEtablissement": "PARIS 1",
        "dateDebut": start,
        "etatAdministratifEtablissement": state,
        "denominationUsuelleEtablissement": "FICTIF",
        "activitePrincipaleEtablissement": "35.11Z",
        "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
    }
    return told | more


def a_csv(folder, rows, *, columns=COLUMNS, name="StockEtablissement_utf8.csv"):
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def a_zip(folder, rows, **more):
    path = folder / "StockEtablissement_utf8.zip"
    inside = a_csv(folder, rows, **more)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inside, inside.name)
    inside.unlink()
    return path


def a_parquet(folder, rows, *, columns=COLUMNS, **types):
    path = folder / "StockEtablissement_utf8.parquet"
    told = {name: [row.get(name) for row in rows] for name in columns} | types
    parquet.write_table(Table.from_pydict(told), path, row_group_size=2)
    return path
