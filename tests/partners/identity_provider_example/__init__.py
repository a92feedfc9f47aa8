"""A provider of identity that lies on demand: one lie at a time, everything else true."""

from tests.partners.identity_provider_example.provider import LyingProvider
from tests.partners.identity_provider_example.speech import ABSENT, Lie, Truth

__all__ = ["ABSENT", "Lie", "LyingProvider", "Truth"]
