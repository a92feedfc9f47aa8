"""Fictitious transmissions that look real: people, lines, defects, and the files they stand in."""
