"""Operations that the WSDL does not have, and methods that a path does not."""

import pytest

from tests import builders
from tests.doors.serving import Served, exchange, status_and_code


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(tmp_path_factory.mktemp("served"))
    yield running
    running.stop()


def a_soap_call(served, operation, inside="", *, attributes="", version="1.1"):
    body = builders.in_soap(inside, version=version, operation=operation)
    body = body.replace(b"<o:%b xmlns" % operation.encode(),
                        b"<o:%b %b xmlns" % (operation.encode(), attributes.encode()))  # fmt: skip
    content_type = {"1.1": "text/xml", "1.2": "application/soap+xml"}[version]
    head = served.head(f"Content-Length: {len(body)}", "Connection: close", path="/soap/v1")
    content = exchange(served, head.replace(b"application/json", content_type.encode()), body)
    status, code = content.split(b" ", 2)[1], content.partition(b":code>")[2] or content
    return int(status), code.partition(b"<code>")[2][:4].decode()


def own(name, text="", attributes=""):
    return f'<s:{name} xmlns:s="{builders.SERVICE}" {attributes}>{text}</s:{name}>'


ID = "00000000-0000-4000-8000-000000000000"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


@pytest.mark.parametrize("version", builders.SOAP)
@pytest.mark.parametrize(
    ("operation", "inside"),
    [
        *(("Ping", "<x/>"), ("Ping", own("x")), ("Ping", own("after", "1"))),
        *(("ListTransmissions", "<bogus/>"), ("ListTransmissions", "<after>1</after>")),
        ("ListTransmissions", own("after", "0") + own("bogus")),
        ("ListTransmissions", own("after", "0") * 2),
        ("ListTransmissions", own("waitS", "0") * 2),
        ("ListTransmissions", own("waitS", "0") + own("after", "0")),
        ("ListTransmissions", own("after", "0", 'a="1"')),
        ("ListTransmissions", own("after", own("x"))),
        ("ListTransmissions", own("waitS", "-1")),
        *((name, "") for name in ("GetReceipt", "GetLines")),
        *((name, own("acknowledgement", ID) * 2) for name in ("GetReceipt", "GetLines")),
        *((name, own("acknowledgement", ID) + "<x/>") for name in ("GetReceipt", "GetLines")),
        *((name, own("acknowledgement", ID, 'a="1"')) for name in ("GetReceipt", "GetLines")),
        *((name, own("acknowledgement", "1")) for name in ("GetReceipt", "GetLines")),
        *((name, own("other", ID)) for name in ("GetReceipt", "GetLines")),
    ],
)
def test_an_operation_that_is_not_of_the_wsdl_is_a_fault(served, version, operation, inside):
    status = {"1.1": 500, "1.2": 400}[version]
    assert a_soap_call(served, operation, inside, version=version) == (status, "S002")


@pytest.mark.parametrize("attributes", ['a="1"', f'{XSI} xsi:type="Ping"', f'{XSI} xsi:nil="true"'])
def test_an_attribute_of_a_wrapper_is_a_fault(served, attributes):
    for operation, inside in (("Ping", ""), ("GetReceipt", own("acknowledgement", ID))):
        status = a_soap_call(served, operation, inside, attributes=attributes)
        assert status == (500, "S002")


def test_operations_of_the_wsdl_are_answered(served):
    for inside in ("", own("after", "0"), own("waitS", "0"), own("after", "0") + own("waitS", "0")):
        assert a_soap_call(served, "ListTransmissions", inside)[0] == 200
    assert a_soap_call(served, "Ping")[0] == 200
    assert a_soap_call(served, "Ping", "\n ")[0] == 200
    assert a_soap_call(served, "GetReceipt", own("acknowledgement", ID)) == (500, "A003")
    assert a_soap_call(served, "ListTransmissions", own("after", "abc")) == (500, "B001")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        *(("/soap/v1", b"GET, POST"), ("/soap/v1?wsdl", b"GET, POST")),
        *(("/docs", b"GET, HEAD"), ("/docs/errors", b"GET, HEAD"), ("/", b"GET, HEAD")),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])
def test_another_method_is_refused_as_such(served, method, path, allowed):
    content = exchange(served, served.head("Connection: close", method=method, path=path))
    assert status_and_code(content) == (405, "B011")
    assert b"application/problem+json" in content
    assert b"\r\nallow: " + allowed + b"\r\n" in content


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("HEAD", "/soap/v1", 405), ("HEAD", "/docs", 200), ("HEAD", "/docs/errors", 200)),
        *(("POST", "/docs", 405), ("GET", "/docs", 200), ("GET", "/soap/v1?wsdl", 200)),
        *(("GET", "/soap/v1", 404), ("GET", "/docs/unheard", 404), ("GET", "/unheard", 404)),
        *(("PUT", "/unheard", 404), ("GET", "/", 307), ("GET", "/health/live", 200)),
    ],
)
def test_methods_and_paths(served, method, path, status):
    content = exchange(served, served.head("Connection: close", method=method, path=path))
    assert int(content.split(b" ", 2)[1]) == status
    assert method != "HEAD" or content.endswith(b"\r\n\r\n")
