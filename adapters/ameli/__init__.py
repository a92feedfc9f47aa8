"""Ameli: the identity of a worker, asked of INSi by SOAP 1.2 with a client certificate."""

from adapters.ameli.client import Contract
from adapters.ameli.context import Caller
from adapters.ameli.register import AmeliRegister, Mode

__all__ = ["AmeliRegister", "Caller", "Contract", "Mode"]
