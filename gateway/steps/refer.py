"""Which references a verdict was drawn from, as the acknowledgement states them."""

from gateway.model.acknowledgement import Reference
from gateway.model.directory import DirectoryVersion
from gateway.model.transmission import Flow
from gateway.wire.codelists import CodeLists

_OF_ACTIVITIES = frozenset({Flow.RADIOTOXICOLOGY, Flow.BODY_COUNTING, Flow.COMMITTED_DOSE})


def refer(
    flow: Flow | None, *, code_lists: CodeLists, directory: DirectoryVersion | None
) -> tuple[Reference, ...]:
    """The references used: of the code lists, those that the flow draws codes from."""
    lists = [code_lists.radionuclides if flow in _OF_ACTIVITIES else code_lists.dosimeter_types]
    if flow is Flow.COMMITTED_DOSE:
        lists.append(code_lists.organs)
    references = [
        Reference(name="contract", version="1.0"),
        *(
            Reference(name=used.name, version=used.version, date=used.dated.isoformat())
            for used in lists
        ),
    ]
    if directory is not None:
        dated = directory.date.isoformat()
        references.append(Reference(name="directory", version=directory.version, date=dated))
    return tuple(references)
