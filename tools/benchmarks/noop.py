"""Functions that do nothing, to measure what is around them."""

import io
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

from local import environment
from tools.benchmarks.project import REPOSITORY

_GO = {"arm64": "arm64", "x86_64": "amd64"}


def archive(source: str) -> bytes:
    """A Go program of this folder as Lambda takes it.

    Args:
        source: The program's folder, such as `burst_noop`.
    """
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(folder) / "bootstrap"
        subprocess.run(
            [
                *("go", "build", "-trimpath", "-ldflags=-s -w", "-tags=lambda.norpc"),
                *("-o", str(binary), str(REPOSITORY / "tools" / "benchmarks" / source / "main.go")),
            ],
            cwd=REPOSITORY / "handlers",  # whose modules it uses
            env={
                **os.environ,
                "CGO_ENABLED": "0",
                "GOOS": "linux",
                "GOARCH": _GO[environment.architecture()],
            },
            check=True,
        )
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            file.writestr(entry, binary.read_bytes())
        return packed.getvalue()
