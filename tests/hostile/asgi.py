"""The application alone, for servers that are given its name: see `tests.hostile.servers`."""

from gateway.app import Gateway
from gateway.config import Config

app = Gateway(Config.from_env()).asgi
