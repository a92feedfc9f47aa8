"""Gateways of one's own, as for the tests of the doors."""

from tests.doors.conftest import portal

__all__ = ["portal"]
