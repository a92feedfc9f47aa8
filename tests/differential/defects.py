"""For every code of the catalogue, ways to bring it: at least one for each, told by a story.

`BRINGS[code]` are functions of a story; each tells one or more transmissions, the last of which
must bring the code. The modules beside this one fill it.
"""

BRINGS = {}


def brings(*codes):
    """Register a way to bring each of `codes`; it is given the story."""

    def register(tell):
        for code in codes:
            BRINGS.setdefault(code, []).append(tell)
        return tell

    return register


def every_way():
    """(code, way) of all that the modules registered."""
    from tests.differential import (  # noqa: F401, PLC0415 - importing registers
        defects_of_aims,
        defects_of_doses,
        defects_of_lines,
        defects_of_record,
        defects_of_registers,
        defects_of_transmissions,
    )

    return [(code, way) for code, ways in sorted(BRINGS.items()) for way in ways]
