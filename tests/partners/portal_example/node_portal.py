"""The portal of docs/portal.md as a process: openid-client on node, an implementation not ours."""

import json
import os
import secrets
import subprocess
from pathlib import Path

from joserfc.jwk import ECKey

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "docs" / "portal" / "portal.mjs"
MODULES = ROOT / "tests" / "interop" / "npm" / "node_modules"


class NodePortal:
    """Runs from the start; ends with `with`."""

    def __init__(self, node, folder, *, gateway, register):
        """`register` is called with the key, the id and the address, to make it known there."""
        key = ECKey.generate_key("P-256", {"kid": "2026-11"})
        client_id = f"portail-{secrets.token_hex(4)}"
        (folder / "private.jwk.json").write_text(json.dumps(key.as_dict(private=True)), "utf-8")
        (folder / "node_modules").symlink_to(MODULES)
        (folder / "portal.mjs").write_bytes(EXAMPLE.read_bytes())
        stated = {"GATEWAY": f"{gateway}/op", "CLIENT_ID": client_id}
        self._process = subprocess.Popen(
            [node, folder / "portal.mjs"],
            env={**os.environ, **stated, "KEY": str(folder / "private.jwk.json")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.address = self._process.stdout.readline().strip()
        assert self.address, self._process.communicate(timeout=20)
        register(key, client_id, self.address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.communicate(timeout=20)
