"""The whole hostile corpus, and the sound inputs that it spoils."""

from tests.vectors import hostile_http, hostile_json, hostile_more, hostile_soap, hostile_xml

_MODULES = (hostile_json, hostile_xml, hostile_http, hostile_soap, hostile_more)
ATTACKS = tuple(attack for module in _MODULES for attack in module.ATTACKS)
BENIGN = tuple(attack for module in _MODULES for attack in module.BENIGN)
_BY_NAME = {attack.name: attack for attack in BENIGN}


_SOUND = {
    "/v1/transmissions?": "/v1/transmissions",
    "/v1/transmissions/": "/v1/transmissions/{id}",
    "/v1/receipts/": "/v1/receipts/{ackId}",
    "/v1/rules/": "/v1/rules/I001",
    "/docs": "/docs",
    "/soap/v1": "/soap/v1?wsdl",
}


def sound_path(attack):
    """Of an attack by its path alone: the path, of the same route, that is served."""
    return next(sound for begun, sound in _SOUND.items() if attack.path.startswith(begun))


def twin_of(attack):
    """The sound message that differs from the attack in the one way that is hostile."""
    types = " ".join(value for name, value in attack.headers if name == "content-type")
    if attack.path.startswith("/soap"):
        return _BY_NAME["1.2-plain" if "application/soap+xml" in types else "1.1-plain"]
    return _BY_NAME["xml-plain" if "xml" in types else "plain"]
