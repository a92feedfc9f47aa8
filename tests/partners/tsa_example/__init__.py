"""The double of a time-stamping authority: `tsa.example`, an authority of nobody (RFC 2606)."""
