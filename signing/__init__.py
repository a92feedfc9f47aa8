"""Signing, sealing and verifying: a library that knows nothing of the gateway."""
