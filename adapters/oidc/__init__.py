"""OpenID Connect, from the side of the relying party: what both French providers share."""
