"""What tests read back: receipts, proved by the published keys and brought to their JSON form.

The rebuilding of JSON from XML follows contract.md §0 and knows no schema of ours.
"""

import json
import re
from dataclasses import dataclass

import httpx
import rfc8785
from lxml import etree

from signing.verify import verify_json, verify_xml

ACKNOWLEDGEMENT = "urn:siseri:gateway:acknowledgement:1"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_LISTS = {"references", "steps", "codes", "findings", "receipts", "entries"}
_INTEGERS = {
    *("size", "index", "linesTotal", "errors", "warnings", "returnCode"),
    *("results", "accepted", "withWarnings", "rejected", "held"),
}
_WRAPPED = re.compile(rb"<s:(\w+)Response xmlns:s=\"[^\"]+\">(.*)</s:\1Response>", re.DOTALL)


def form_of(node, above=""):
    """The JSON form of an element of an answer: by its path, never by its content."""
    name = etree.QName(node).localname
    children = [child for child in node if not str(child.tag).startswith(_DS)]
    if name in _LISTS and above != "counts":
        return [form_of(child, name) for child in children]
    if name == "lines" and above in {"acknowledgement", "receiptLines", "checkReport"}:
        return [form_of(child, name) for child in children]
    if children:
        return {etree.QName(child).localname: form_of(child, name) for child in children}
    text = node.text or ""
    if name in _INTEGERS or (name == "findings" and above == "counts"):
        return int(text)
    if name == "test":
        return {"true": True, "false": False}[text]
    return text if text or name != "transmission" else {}


def parsed(content):
    """The root element of bytes of ours."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def unwrapped(content):
    """What stands in the response element of a SOAP answer, byte for byte."""
    found = _WRAPPED.search(content)
    assert found is not None, content[:300]
    return found[2]


@dataclass(frozen=True)
class Answer:
    """What a door said."""

    http: httpx.Response
    content: bytes
    """The receipt or report itself, out of its envelope."""

    @property
    def status(self):
        return self.http.status_code

    @property
    def headers(self):
        return self.http.headers

    @property
    def is_xml(self):
        return self.content.startswith(b"<")

    @property
    def form(self):
        """The whole answer in JSON form."""
        return form_of(parsed(self.content)) if self.is_xml else json.loads(self.content)

    @property
    def acknowledgement(self):
        return self.form["acknowledgement"]

    @property
    def disposition(self):
        return self.acknowledgement["disposition"]

    @property
    def findings(self):
        """(code, pointer) of every finding, of the whole and of the lines."""
        return findings_of(self.acknowledgement)

    @property
    def codes(self):
        return {code for code, _ in self.findings}

    @property
    def fault_code(self):
        """The code of an unsigned refusal, in a problem or in a fault."""
        if self.is_xml:
            node = parsed(self.http.content).find(f".//{{{ACKNOWLEDGEMENT}}}fault")
            assert node is not None, self.http.content[:500]
            return node.findtext(f"{{{ACKNOWLEDGEMENT}}}code")
        return json.loads(self.content)["code"]


def findings_of(acknowledgement):
    entries = [*acknowledgement.get("findings", ())]
    for line in acknowledgement.get("lines", ()):
        entries += line["findings"]
    return [(entry["code"], entry.get("pointer")) for entry in entries]


def prove(receipt, trust):
    """Verify a receipt by public means; what is proved is what is shown."""
    if receipt.startswith(b"<"):
        proof = verify_xml(receipt, trust=trust, canonical_form=canonical_of)
        shown = rfc8785.dumps(form_of(parsed(receipt))["acknowledgement"])
    else:
        proof = verify_json(receipt, trust=trust)
        shown = (
            rfc8785.dumps(json.loads(receipt)["acknowledgement"])
            if receipt.startswith(b"{")
            else proof.acknowledgement
        )
    assert proof.acknowledgement == shown
    return json.loads(proof.acknowledgement)


def canonical_of(acknowledgement):
    return rfc8785.dumps(form_of(acknowledgement))
