"""WS-Addressing: what a request says of itself agrees, or it is refused; nothing is followed."""

import pytest
from lxml import etree

from gateway.errors import MessageRefused
from gateway.wire.addressing import WSA, addressing_of

ACTION, HERE = "urn:service:Ping", "https://gateway.example/soap/v1"
ANONYMOUS, NONE = f"{WSA}/anonymous", f"{WSA}/none"


def blocks(*inside):
    return list(etree.fromstring(f'<h xmlns:a="{WSA}" xmlns:o="urn:o">{"".join(inside)}</h>'))


def endpoint(name, *addresses):
    inside = "".join(f"<a:Address>{address}</a:Address>" for address in addresses)
    return f"<a:{name}>{inside}</a:{name}>"


def demand(*inside):
    addressing_of(blocks(*inside)).demand(action=ACTION, destinations=[HERE])


def refused(*inside):
    """The most specific code."""
    with pytest.raises(MessageRefused) as caught:
        demand(*inside)
    assert caught.value.code == "W004"
    return caught.value.subcodes[-1].removeprefix(f"{{{WSA}}}")


@pytest.mark.parametrize(
    "inside",
    [
        (),
        ("<o:To>elsewhere</o:To>", "<o:ReplyTo/>"),
        (f"<a:To>{HERE}</a:To>",),
        ("<a:To> HTTPS://Gateway.Example/soap/v1\n</a:To>",),
        (f"<a:To>{ANONYMOUS}</a:To>", f"<a:Action>{ACTION}</a:Action>"),
        (endpoint("ReplyTo", ANONYMOUS), endpoint("FaultTo", NONE)),
        (endpoint("From", "http://127.0.0.1:9/"), "<a:MessageID>urn:x</a:MessageID>"),
        ("<a:RelatesTo>urn:x</a:RelatesTo>",),
    ],
)
def test_what_agrees_is_taken(inside):
    demand(*inside)


@pytest.mark.parametrize("name", ["ReplyTo", "FaultTo"])
@pytest.mark.parametrize(
    "addresses",
    [(), ("",), ("http://127.0.0.1:9/",), (ANONYMOUS + "/",), (ANONYMOUS, NONE), ("file:///x",)],
)
def test_an_answer_elsewhere_is_refused(name, addresses):
    assert refused(endpoint(name, *addresses)) == "OnlyAnonymousAddressSupported"


@pytest.mark.parametrize("text", ["", "urn:other", f"{ACTION}x", ACTION.upper()])
def test_another_action_is_refused(text):
    assert refused(f"<a:Action>{text}</a:Action>") == "ActionMismatch"


@pytest.mark.parametrize("text", ["", "http://gateway.example/soap/v1", f"{HERE}/", NONE])
def test_another_destination_is_refused(text):
    assert refused(f"<a:To>{text}</a:To>") == "DestinationUnreachable"


@pytest.mark.parametrize("block", ["<a:To/>", "<a:Action/>", "<a:MessageID/>", "<a:ReplyTo/>"])
def test_a_block_that_stands_twice_is_refused(block):
    assert refused(block, block) == "InvalidCardinality"
