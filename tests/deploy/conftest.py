"""One nginx and one gateway for the tests of what is deployed."""

import pytest

from tests.deploy.proxied import NGINX, Proxied, Unattended


@pytest.fixture(scope="session")
def proxied(tmp_path_factory):
    if NGINX is None:
        pytest.skip("needs nginx")
    made = Proxied(tmp_path_factory.mktemp("proxied"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def unattended(tmp_path_factory):
    if NGINX is None:
        pytest.skip("needs nginx")
    made = Unattended(tmp_path_factory.mktemp("unattended"))
    yield made
    made.close()
