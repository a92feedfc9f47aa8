"""Servers under TLS for tests: a certificate of an authority that no machine knows."""

import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def certified(folder, authority, *, host="127.0.0.1"):
    """Files of a server's chain with its key, and of the root that proves it."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    certificate = authority.issue(key.public_key(), name="serveur", more=((names, False),))
    chain, root = folder / "server.pem", folder / "root.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    root.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    return chain, root


def protect(server, chain):
    """Let a server of `socketserver` speak by TLS alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    server.socket = context.wrap_socket(server.socket, server_side=True)
