"""A transparency log (RFC 6962, C2SP tlog): pure functions and frozen types, without storage."""
