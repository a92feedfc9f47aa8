"""Version 1 of the transmission and of the acknowledgement."""
