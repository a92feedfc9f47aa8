"""The whole hostile corpus, and the sound inputs that it spoils."""

from tests.vectors import hostile_http, hostile_json, hostile_more, hostile_soap, hostile_xml

_MODULES = (hostile_json, hostile_xml, hostile_http, hostile_soap, hostile_more)
ATTACKS = tuple(attack for module in _MODULES for attack in module.ATTACKS)
BENIGN = tuple(attack for module in _MODULES for attack in module.BENIGN)
