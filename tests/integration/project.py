"""A project of its own for a test: the repository's files, another place for all state."""

import os
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_SHARED = (
    *("Pulumi.yaml", "PulumiPolicy.yaml", "__main__.py", "waivers.yaml"),
    *("stack", "policies", "formats", "build", ".venv", ".cache"),
)


@dataclass(frozen=True, kw_only=True)
class Project:
    """A folder that the command line takes for the project, and its emulator's port."""

    folder: Path
    port: int

    @classmethod
    def make(cls, folder: Path) -> "Project":
        """Link the repository's files into an empty folder."""
        for name in _SHARED:
            if (REPOSITORY / name).exists():
                (folder / name).symlink_to(REPOSITORY / name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return cls(folder=folder, port=probe.getsockname()[1])

    @property
    def outputs(self) -> Path:
        """Where `pipeline up` writes the deployment's outputs."""
        return self.folder / "cfn-outputs" / "flat-outputs.json"

    def run(
        self, *words: str, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, such as `pipeline`, in this project."""
        program = REPOSITORY / ".venv" / "bin" / words[0]
        return subprocess.run(
            [str(program) if program.exists() else words[0], *words[1:]],
            cwd=self.folder,
            env={**os.environ, "PIPELINE_PORT": str(self.port), **(env or {})},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def pipeline(self, *words: str) -> str:
        """Run a `pipeline` command that must succeed, and return its standard output."""
        finished = self.run("pipeline", *words)
        assert finished.returncode == 0, f"pipeline {' '.join(words)}:\n{finished.stderr}"
        return finished.stdout
