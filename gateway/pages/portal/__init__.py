"""The doors of the provider of identity that portals see, under `/op`: a blueprint of the pages."""

from gateway.pages.portal.blueprint import portal_blueprint

__all__ = ["portal_blueprint"]
