"""Values at the edges of each type of the contract, well written and badly written.

Only what both forms can tell is here: no character that XML 1.0 has no way to write (U+0000 to
U+001F but three, U+FFFE, U+FFFF), no JSON number where the contract has a text.
"""

NAMES = (
    *("Lefebvre", "LEFEBVRE", "Lefe\u0301bvre", "D'Artagnan & Fils <SA>", "Ñandú", "]]>", "N"),
    *("Lefebvre-Martin", "Œuvrard", "Ólafsdóttir", "Nguyễn", "Żółć", "李", "𝔏efebvre", "🧪", "ﬁ"),
    *("Lefebvre\u2019s", "\u202eerbefeL", "Le\u00a0Febvre", "L\u0301\u0327e", 'Le "Febvre"', "ß"),
    *("محمد بن سلمان", "בן־גוריון", "สมชาย", "नरेन्द्र", "김", "\u1100\u1161\u11a8", "Ἀθηνᾶ"),
    *("à" * 80, "𝔏" * 80, "e\u0301" * 40, "\u00e9a\u0301", "A\u030a", "\u212b", "\u1e9b\u0323"),
    *("a\u200db", "\u0301", "x\u00adx", "👩‍🔬", "\ufb1d", "\u0958", "Jean  Luc"),
    *("--", "\\u0041", "%s&#65;", "İstanbul", "Zone 3"),
)  # fmt: skip
BAD_TEXTS = (
    *(" Lefebvre", "Lefebvre ", "Lef\tebvre", "Lefebvre\n", "Lef\rebvre", "", "\u00a0Lefebvre"),
    *("Lef\u2028ebvre", "Lef\u0085ebvre", "Lef\u007febvre", "\u3000", "\ufdd0\u2029", "\U0001fffe"),
    *("x" * 501, "𝔏" * 501),
)
MSV = (
    *("0", "0.0", "0.000", "0.001", "0.012", "0.05", "0.050", "0.1", "0.10", "0.15", "0.150"),
    *("1", "1.05", "5", "19.95", "20", "20.05", "999.95", "1000", "9999.95", "10000", "10000.05"),
    *("0.999", "99999.999", "9999999.999", "9999999", "100000.000"),
)
AMOUNTS = (
    *("0", "0.000000000", "0.000000001", "1", "12.50", "999999999999", "999999999999.999999999"),
    *("0.1", "0.123456789", "310", "3.140000000", "100000000000.5"),
)
BAD_DECIMALS = (
    *("00.1", "0.1500000000", "1000000000000", "-0.1", "+0.1", "1e1", ".5", "5.", "0,15", "NaN"),
    *("", " 0.15", "0.15\n", "٠", "1_0", "0x1", "1.", "-0", "01", "0.1a", "１"),
)
DAYS = (
    *("2026-10-01", "2026-10-31", "2024-02-29", "2026-11-20", "2026-11-21", "2026-08-20"),
    *("0001-01-01", "9999-12-31", "2000-02-29", "1900-02-28", "1582-10-10", "2026-11-19"),
)
BAD_DAYS = (
    *("2026-02-29", "2026-13-01", "2026-00-10", "2026-10-00", "2026-1-1", "2026-10-31Z"),
    *("0000-01-01", "2026-10-31\n", "2026-10-31T00:00:00Z", "31/10/2026", "1900-02-29", ""),
    *("２０２６-10-31", "2026-04-31", "10000-01-01", "-2026-01-01", "2026-10-31+01:00"),
)
BIRTH_DATES = (
    *("1990-06-15", "1990-06-00", "1990-00-00", "1990-00-15", "1988-02-29", "2009-11-20"),
    *("2008-11-20", "0001-00-00", "9999-00-31"),
)
BAD_BIRTH_DATES = ("0000-00-00", "1990-13-00", "1990-02-30", "1990", "1989-02-29", "1990-00-32", "")
INSTANTS = (
    *("2026-11-17T08:00:00Z", "2026-11-17T09:00:00+01:00", "2026-11-17T08:00:00.1Z"),
    *("2026-11-17T08:00:00.120Z", "2026-11-17T22:00:00+14:00", "2026-11-16T18:00:00-14:00"),
    *("2026-11-17T10:30:00.999Z", "2026-11-17T10:30:00-00:00", "2026-10-25T02:30:00+02:00"),
    *("2026-11-20T23:59:59.999Z", "2026-11-20T23:59:59Z", "2026-11-20T23:59:59.001+00:00"),
    *("2024-02-29T23:59:59.999+13:59", "0001-01-02T00:00:00Z", "9999-12-30T23:59:59.9Z"),
    *("0999-12-31T23:59:59.5Z", "2026-11-20T23:59:59-00:01", "2026-11-21T00:59:59+01:00"),
)
BAD_INSTANTS = (
    *("2026-11-17T24:00:00Z", "2026-11-17T08:00:60Z", "2026-11-17T08:00:00.1234Z", ""),
    *("2026-11-17T08:00:00", "2026-02-30T08:00:00Z", "2026-11-17t08:00:00z", "2026-11-17"),
    *("2026-11-17 08:00:00Z", "2026-11-17T08:00:00+14:01", "9999-12-31T23:59:59-14:00"),
    *("0001-01-01T00:00:00+14:00", "2026-11-17T08:00Z", "2026-11-17T08:00:00,5Z"),
)
COUNTS = (0, 1, 2, 10**11, 10**12 - 1)
BAD_COUNTS = (10**12, 10**15, 10**16, -1, "x", "")
IDENTIFIERS = ("123", "90000003500016", "0" * 14, "9" * 14, "35600000000048", "A" * 32, "1" * 15)
BAD_IDENTIFIERS = ("9000 0001", "", "0" * 33, "é", "1-2", "12\n")
NIRS = ("290069912345619", "29006991234561", "190062A12345600", "712340000000123", "x" * 32, "1")
BAD_NIRS = ("1 90", "", "é", "1" * 33, "290069912345619\n")
REFS = ("A", "x" * 64, "A/B:c._-", "0", "P-0001", "-", ":")
BAD_REFS = ("a b", "", "x" * 65, "é", "A\n", "A+B", "ref#1")
UUIDS = ("00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")
BAD_UUIDS = (
    "123",
    "",
    f"{UUIDS[0]}0",
    f"{UUIDS[0]}\n",
    UUIDS[0].replace("-", ""),
    f"{{{UUIDS[0]}}}",
)
RADIONUCLIDES = ("H-3", "Co-60", "Cs-137", "I-131", "Tc-99m", "U-235", "Pu-239")
OTHER_RADIONUCLIDES = ("Zz-999", "h-3", "137", "-", "C-14-")
BAD_RADIONUCLIDES = ("", "Cs 137", "x" * 33, "Cs–137")
DOSIMETERS = ("RPL", "OSL", "TLD", "FILM", "CR39", "LR115", "BUBBLE", "TLD_ALBEDO", "DIS")
ORGANS = ("THYROID", "LUNG", "SKIN", "LIVER", "KIDNEYS", "EYE_LENS")
RPPS = "10000000017"
SHAS = ("0" * 64, "ABCDEF" + "0" * 58, "f" * 64)
ENUMERATIONS = {
    "flow": (
        *("PASSIVE_EXTERNAL", "RADON", "RADIOTOXICOLOGY", "BODY_COUNTING", "OPERATIONAL"),
        *("AIRCREW", "COMMITTED_DOSE"),
    ),
    "sender_type": ("OA", "OPERATOR", "EMPLOYER", "PHYSICIAN", "AUTHORISED_BODY"),
    "operation": ("INITIAL", "LATE", "CORRECTION", "CANCELLATION", "ABSENCE"),
    "id_type": ("NIR", "NIA"),
    "sex": ("M", "F"),
    "monitoring": ("SDI", "SR"),
    "category": ("A", "B"),
    "other_exposure": ("RADON", "COSMIC", "EMERGENCY_1", "EMERGENCY_2"),
    "situation": ("PLANNED", "EXISTING", "EMERGENCY"),
    "location": (
        *("TRUNK", "EYE_LENS", "SKIN", "WRIST", "FINGER", "ANKLE", "ABDOMEN", "WHOLE_BODY"),
    ),
    "side": ("LEFT", "RIGHT"),
    "quantity": ("HP10", "HP007", "HP3", "E"),
    "key_quantity": ("HP10", "HP007", "HP3", "E", "E50", "HT50"),
    "committed_quantity": ("E50", "HT50"),
    "radiation": ("PHOTON", "BETA", "NEUTRON", "TOTAL", "COSMIC", "RADON", "ALPHA"),
    "status": (
        *("MEASURED", "BELOW_RECORDING_LEVEL", "ESTIMATED", "CALCULATED", "NOT_WORN"),
        *("NOT_RETURNED", "LOST", "DAMAGED", "UNREADABLE", "PENDING"),
    ),
    "background": ("CONTROL", "OTHER"),
    "exposure_unit": ("Bq.h/m3", "mJ.h/m3"),
    "kind": ("URINE", "FAECES", "NASAL", "WHOLE_BODY", "THYROID", "LUNG"),
    "unit": ("Bq", "mBq", "Bq/L", "Bq/d", "Bq/kg", "ug/L"),
    "route": ("INHALATION", "INGESTION", "WOUND"),
    "reason": ("IDENTITY", "EMPLOYER", "PERIOD", "DOSE", "BACKGROUND", "DUPLICATE", "OTHER"),
}
BAD_CODES = ("UNHEARD_OF", "", "measured", "A ", "\u0410", "TRUNK\n")
