"""How far a date may be from the time at which others saw what it stands in."""

from datetime import timedelta

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the clocks of the gateway and of a witness may differ."""
MAX_DELAY = timedelta(days=1)
"""How long after its decision an acknowledgement may first be seen in the log, by default."""
