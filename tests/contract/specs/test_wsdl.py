"""The WSDL loads from its file, without network, and says the same in both bindings."""

from typing import Any

import pytest
import requests
from lxml import etree
from zeep import Client, Settings
from zeep.transports import Transport

import specs

NAMESPACE = "urn:siseri:gateway:service:1"
OPERATIONS = {
    "SubmitTransmission", "CheckTransmission", "GetReceipt", "GetLines", "ListTransmissions",
    "Ping",
}  # fmt: skip
EXAMPLES = specs.path("examples/transmission")


class NoNetwork(requests.Session):
    def send(self, *_args: Any, **_kwargs: Any) -> Any:
        raise AssertionError("the WSDL must load from files alone")


@pytest.fixture(scope="module")
def client() -> Client:
    with NoNetwork() as session:
        return Client(
            str(specs.path("wsdl/gateway.wsdl")),
            settings=Settings(strict=True, forbid_dtd=True),
            transport=Transport(session=session),
        )


@pytest.mark.parametrize(
    ("port", "envelope"),
    [
        ("GatewaySoap11", "http://schemas.xmlsoap.org/soap/envelope/"),
        ("GatewaySoap12", "http://www.w3.org/2003/05/soap-envelope"),
    ],
)
def test_port_has_every_operation(client: Client, port: str, envelope: str) -> None:
    service = client.bind("GatewayService", port)
    binding = service._binding
    assert service._binding_options["address"] == "https://gateway.invalid/soap/v1"
    assert binding._operations.keys() == OPERATIONS
    for name, operation in binding._operations.items():
        assert operation.soapaction == f"{NAMESPACE}:{name}"
        assert operation.style == "document"
        assert operation.input.body.qname == etree.QName(NAMESPACE, name)
        assert operation.output.body.qname == etree.QName(NAMESPACE, f"{name}Response")
        assert list(operation.abstract.fault_messages) == ["Fault"]
    message = client.create_message(service, "Ping")
    assert message.tag == f"{{{envelope}}}Envelope"


def test_wrapper_takes_a_whole_transmission() -> None:
    schema = etree.XMLSchema(etree.parse(str(specs.path("xsd/service/1.0/service.xsd"))))
    for path in EXAMPLES.glob("*.xml"):
        wrapper = etree.Element(f"{{{NAMESPACE}}}SubmitTransmission")
        wrapper.append(etree.parse(str(path)).getroot())
        schema.assertValid(wrapper)


def test_fault_detail_is_typed() -> None:
    schema = etree.XMLSchema(
        etree.parse(str(specs.path("xsd/acknowledgement/1.0/acknowledgement.xsd")))
    )
    fault = etree.fromstring(
        '<fault xmlns="urn:siseri:gateway:acknowledgement:1"><code>T002</code>'
        "<text><fr>Trop grand.</fr><en>Too large.</en></text>"
        "<retryAfterS>5</retryAfterS></fault>"
    )
    schema.assertValid(fault)
