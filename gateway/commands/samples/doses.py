"""Doses distributed as the register's are: most are nothing, few are more than a millisievert.

In 2020, of 370,534 workers followed, 295,829 had nothing, 62,312 up to 1 mSv in the year, 10,318
up to 5, 1,928 up to 10 and 177 more.
"""

from random import Random
from typing import Final

_YEARS: Final = (
    (295_829, 0, 0),
    (62_312, 50, 1_000),
    (10_318, 1_000, 5_000),
    (1_928, 5_000, 9_000),
)
"""How many workers, and between which doses of the year in µSv."""


def year_usv(draw: Random) -> int:
    """What a worker receives in a year, in µSv."""
    _, low, high = draw.choices(_YEARS, weights=[share for share, _, _ in _YEARS])[0]
    return draw.randint(low, high)


def passive_usv(draw: Random, *, category: str, step: int) -> int:
    """What one wear period of a delayed-reading dosimeter tells, a multiple of `step`."""
    year = year_usv(draw)
    if category == "B":
        year = min(year, 3_000)
    return round(year * draw.uniform(0.05, 0.4) / step) * step


def operational_usv(draw: Random, *, category: str) -> int:
    """What one entry into the zone gives: often nothing, mostly some µSv."""
    if draw.random() < 0.6:  # noqa: PLR2004 - most entries tell nothing
        return 0
    return min(int(draw.expovariate(1 / 15)), 200 if category == "B" else 900)


def msv(usv: int) -> str:
    """µSv as a decimal of mSv, without trailing zeros."""
    whole, thousandths = divmod(usv, 1000)
    return f"{whole}.{thousandths:03d}".rstrip("0").rstrip(".")
