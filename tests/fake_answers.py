"""What outside registers are said to answer, the same of everybody, and what they were asked."""


class FixedAnswers:
    """A `Verification` in memory: `verified` is said of every couple, None being no register.

    `establishments_of` and `identities_of` may say otherwise of some, by SIRET and by NIR.
    """

    def __init__(self, verified=None):
        self.verified = verified
        self.establishments_of, self.identities_of = {}, {}
        self.asked = []
        """(what, how many, within how many seconds or later), in order."""
        self.last_day = None

    def establishments(self, sirets, *, on, within_s, later=False):
        self.asked.append(("establishments", len(sirets), "later" if later else within_s))
        self.last_day = on
        common = None if self.verified is None else self.verified.establishment
        said = {siret: self.establishments_of.get(siret, common) for siret in sirets}
        return {siret: state for siret, state in said.items() if state is not None}

    def identities(self, workers, *, within_s, later=False):
        self.asked.append(("identities", len(workers), "later" if later else within_s))
        common = None if self.verified is None else self.verified.identity
        said = {nir: self.identities_of.get(nir, common) for nir in workers}
        return {nir: state for nir, state in said.items() if state is not None}
