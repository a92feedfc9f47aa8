"""The question of `POST /v1/workers/verifications`, read at the border."""

from typing import Annotated, Final, Literal

import msgspec

from gateway.errors import BadRequest, Inadmissible
from gateway.identifiers import InvalidIdentifier, Nir, Siret
from gateway.model.enquiry import WorkerQuestion
from gateway.model.transmission import Worker
from gateway.wire import json

_Identifier = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z]{1,32}\Z")]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
_Names = Annotated[str, msgspec.Meta(min_length=1, max_length=160)]
_LUNAR: Final = r"^[0-9]{4}-(0[0-9]|1[0-2])-(0[0-9]|[12][0-9]|3[01])\Z"


class _Worker(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"
):
    nir: _Identifier
    birth_name: _Name
    used_name: _Name | msgspec.UnsetType = msgspec.UNSET
    first_name: _Name
    other_first_names: _Names | msgspec.UnsetType = msgspec.UNSET
    birth_date: Annotated[str, msgspec.Meta(pattern=_LUNAR)]
    sex: Literal["M", "F"]


class _Employer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    siret: _Identifier


class _Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    worker: _Worker
    employer: _Employer


def read_question(body: bytes) -> WorkerQuestion:
    """Read what was sent.

    Raises:
        BadRequest: it does not have the form of the contract.
    """
    try:
        form = msgspec.convert(json.read(body), _Question)
    except (Inadmissible, msgspec.ValidationError):
        raise BadRequest("body") from None
    told = form.worker
    nir = _nir(told.nir)
    return WorkerQuestion(
        worker=Worker(
            nir=nir or InvalidIdentifier("I001"),
            id_type="NIR",
            birth_name=told.birth_name,
            used_name=told.used_name or None,
            first_name=told.first_name,
            other_first_names=told.other_first_names or None,
            birth_date=told.birth_date,
            sex=told.sex,
        ),
        nir=nir,
        employer=siret_of(form.employer.siret),
    )


def siret_of(text: str) -> Siret | None:
    """The SIRET in `text`; None where there can be none."""
    try:
        return Siret.parse(text)
    except InvalidIdentifier:
        return None


def _nir(text: str) -> Nir | None:
    try:
        return Nir.parse(text)
    except InvalidIdentifier:
        return None
