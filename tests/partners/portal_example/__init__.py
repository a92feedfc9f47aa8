"""A portal that signs people in through the gateway: authlib's client, with nothing of ours in it.

It stands for the SISERI portal. It knows the gateway by its discovery document alone.
"""

from tests.partners.portal_example.portal import Portal

__all__ = ["Portal"]
