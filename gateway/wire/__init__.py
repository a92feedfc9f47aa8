"""Bytes to model and back: XML, JSON and SOAP are renderings of one contract."""
