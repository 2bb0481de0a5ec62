"""Write requirements/*.txt: exact versions with hashes, for every supported Python.

Run by hand when a dependency is to move: `python -m launcher.pins` with `uv` installed. The
resolution is universal (one file serves Python 3.11 and newer); addresses are left out, so the
files work with whatever index the machine is set up for.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"


def main() -> None:
    """Resolve run.in, then test.in under the versions that run.txt took."""
    for name, extra in (("run", []), ("test", ["--constraint", "run.txt"])):
        subprocess.run(
            [
                *("uv", "pip", "compile", "--universal", "--python-version", "3.11"),
                *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
                *("--custom-compile-command", "python -m launcher.pins"),
                *("--upgrade", "--quiet", *extra, f"{name}.in", "-o", f"{name}.txt"),
            ],
            cwd=REQUIREMENTS,
            check=True,
        )


if __name__ == "__main__":
    main()
