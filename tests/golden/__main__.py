"""`make golden`: write the kit anew, out of what the gateway answers now."""

import shutil
import tempfile
from pathlib import Path

import specs
from tests.golden.kit import bench, kit
from tests.running import loop


def main() -> None:
    """Replace every generated file; what is written by hand stays."""
    with (
        tempfile.TemporaryDirectory() as home,
        loop() as portal,
        bench(Path(home), portal) as judge,
    ):
        files = kit(judge)
    root = specs.path("examples")
    shutil.rmtree(root / "cases", ignore_errors=True)
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    size = sum(map(len, files.values()))
    print(f"{len(files)} files, {size:,} bytes in {root}")


if __name__ == "__main__":
    main()
