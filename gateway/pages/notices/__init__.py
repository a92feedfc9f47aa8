"""Notices: what people read of an acknowledgement, as a page and as a sheet. Never signed."""
