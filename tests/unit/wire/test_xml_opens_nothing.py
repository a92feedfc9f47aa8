"""No file is opened and nobody is called, whatever a message refers to.

Python's audit hook sees what Python opens; what libxml2 opens by itself shows in the canary file
(inotify) and at the canary server.
"""

import ctypes
import os
import socket
import struct
import sys
from contextlib import contextmanager

import pytest
from lxml import etree

import specs
from gateway.errors import Inadmissible, UnreadableEnvelope
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.wire import xml
from gateway.wire.soap import SOAP_11, read_envelope
from gateway.wire.v1.contract import TransmissionContract
from tests import builders
from tests.unit.wire.submissions import a_submission

XSI = "http://www.w3.org/2001/XMLSchema-instance"
CONTRACT = TransmissionContract()
IN_OPEN = 0x20
HEARD = []
LISTENING = []


def _hear(event, arguments):
    if LISTENING and event in {"open", "socket.connect", "socket.getaddrinfo", "os.system"}:
        HEARD.append((event, str(arguments[:1])))


sys.addaudithook(_hear)


@contextmanager
def nothing_opens(canary, server):
    libc = ctypes.CDLL(None, use_errno=True)
    watching = hasattr(libc, "inotify_init1")
    watch = libc.inotify_init1(os.O_NONBLOCK) if watching else -1
    if watching:
        assert libc.inotify_add_watch(watch, str(canary).encode(), IN_OPEN) >= 0
    HEARD.clear()
    LISTENING.append(True)
    try:
        yield
    finally:
        LISTENING.clear()
        try:
            opened = os.read(watch, struct.calcsize("iIII")) if watching else b""
        except BlockingIOError:
            opened = b""
        finally:
            if watching:
                os.close(watch)
    assert opened == b""
    assert HEARD == []
    with pytest.raises(BlockingIOError):
        server.accept()


@pytest.fixture
def canary(tmp_path):
    file = tmp_path / "canary.xsd"
    file.write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>')
    return file


@pytest.fixture
def server():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0)
        yield listening


def referring(place):
    """Bodies that refer to `place` by every means that XML has."""
    form = builders.a_transmission()
    whole = builders.element(form)
    inside = whole.partition(">")[2].rpartition("</transmission>")[0]
    root = f'<transmission xmlns="{builders.TRANSMISSION}"'
    located = f'xmlns:xsi="{XSI}" xsi:schemaLocation="{builders.TRANSMISSION} {place}"'
    included = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{place}"/>'
    yield f'<!DOCTYPE transmission SYSTEM "{place}">{whole}'
    yield f'<!DOCTYPE transmission PUBLIC "-//X//Y" "{place}">{whole}'
    yield f'<!DOCTYPE t [<!ENTITY e SYSTEM "{place}">]>{whole.replace("Lefebvre", "&e;")}'
    yield f'<!DOCTYPE t [<!ENTITY % e SYSTEM "{place}"> %e;]>{whole}'
    yield f'<?xml-stylesheet href="{place}"?>{whole}'
    yield f"{root} {located}>{inside}</transmission>"
    unnamed = f'xmlns:xsi="{XSI}" xsi:noNamespaceSchemaLocation="{place}"'
    yield f"{root} {unnamed}>{inside}</transmission>"
    yield f"{root}>{inside.replace('<result>', f'<result {located}>')}</transmission>"
    yield f"{root}>{inside.replace('<results>', f'<results {located}>')}</transmission>"
    yield f'{root} xml:base="{place}">{inside}</transmission>'
    yield f"{root}>{inside.replace('<results>', included + '<results>')}</transmission>"
    yield f"{root}>{inside.replace('</worker>', included + '</worker>')}</transmission>"
    yield f'<transmission xmlns="{place}">{inside}</transmission>'


def read(body):
    """The code of the refusal, or None where there is none."""
    try:
        transmission = validate(parse(a_submission(body), CONTRACT), with_member=True)
    except Inadmissible as refused:
        return refused.code
    return "S002" if transmission.unreadable else None


@pytest.mark.parametrize("way", ["file", "path", "http"])
def test_a_message_opens_nothing(way, canary, server):
    port = server.getsockname()[1]
    place = {
        "file": canary.as_uri(),
        "path": str(canary),
        "http": f"http://127.0.0.1:{port}/canary.xsd",
    }[way]
    bodies = [body.encode() for body in referring(place)]
    read(bodies[0])
    with nothing_opens(canary, server):
        codes = [read(body) for body in bodies]
    assert codes[:5] == ["T003"] * 5
    assert codes[5:9] == [None] * 4, "locations of schemas are ignored"
    assert set(codes[9:]) == {"S001", "S002"}


def test_an_envelope_opens_nothing(canary, server):
    with nothing_opens(canary, server):
        for body in referring(canary.as_uri()):
            inside = body if body.startswith("<t") else builders.element(builders.a_transmission())
            envelope = builders.in_soap(inside).decode()
            read_envelope(envelope.encode(), version=SOAP_11)
            doctype = f'<!DOCTYPE e [<!ENTITY x SYSTEM "{canary.as_uri()}">]>'
            with pytest.raises(UnreadableEnvelope):
                read_envelope((doctype + envelope).encode(), version=SOAP_11)


def test_the_canary_sings_when_something_is_opened(canary, server):
    with pytest.raises(AssertionError), nothing_opens(canary, server):
        canary.read_bytes()
    with pytest.raises(AssertionError), nothing_opens(canary, server):
        etree.parse(str(canary))
    with pytest.raises(AssertionError), nothing_opens(canary, server):
        socket.create_connection(server.getsockname()).close()


def test_schemas_of_ours_are_opened_once_at_start(canary, server):
    with nothing_opens(canary, server):
        xml.exclusive_c14n(xml.read(builders.in_xml(builders.a_transmission())))
    assert specs.path("xsd/transmission/1.0/transmission.xsd").exists()
