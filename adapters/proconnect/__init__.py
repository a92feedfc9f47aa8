"""ProConnect, for employers and professionals: the dialect of AgentConnect's `/api/v2`."""

from adapters.proconnect.dialect import ProConnect

__all__ = ["ProConnect"]
