"""The wheel: installed in an environment of its own, far from the repository, it does its work."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from local.toolchain import pulumi

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("stack", "policies", "compliance", "formats", "local", "pipeline")
NOT_SHIPPED = {".sh", ".mod", ".sum"}  # what makes the repository's own environment
UV = ROOT / ".venv" / "bin" / "uv"
ENVIRONMENT = ROOT / ".cache" / "runtime"


def tracked(*folders: str) -> list[str]:
    """The repository's files, those that are not committed yet too."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves its work behind, and would find older work again."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    build: list[str | Path] = [
        ROOT / ".venv/bin/python",
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
    ]
    subprocess.run(
        [*build, "--no-build-isolation", "--wheel-dir", folder / "dist", folder], check=True
    )
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bin_folder(wheel: Path) -> Path:
    """The programs of an environment that has the wheel and what it depends on, and no more."""
    subprocess.run([ROOT / "local" / "setup.sh", "environment", "runtime"], check=True)
    install: list[str | Path] = [
        UV,
        "pip",
        "install",
        "--quiet",
        "--no-config",
        "--no-deps",
        "--reinstall",
    ]
    subprocess.run(
        [*install, "--python", ENVIRONMENT / "bin" / "python", wheel],
        check=True,
    )
    return ENVIRONMENT / "bin"


def run(bin_folder: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = [str(pulumi(ROOT).parent), os.environ["PATH"]]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [bin_folder / "pipeline", *words],
        cwd=folder,
        env={**clean, "PATH": os.pathsep.join(path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_holds_every_module_and_every_file_that_they_read(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {name for name in tracked(*PACKAGES) if Path(name).suffix not in NOT_SHIPPED}
    assert {name for name in wanted if "/plugins/" not in name} <= held


def test_it_holds_no_tool_and_no_test_of_the_repository(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_its_commands_are_there(bin_folder: Path, tmp_path: Path) -> None:
    said = run(bin_folder, tmp_path, "--help")
    assert said.returncode == 0, said.stderr
    assert "check" in said.stdout
    listed = run(bin_folder, tmp_path, "formats", "--json")
    assert "canonical" in listed.stdout


def test_its_pack_judges_a_program_and_its_reports_are_written_again(
    bin_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "name: orders\nruntime: python\nconfig:\n  aws:region: us-east-1\n"
    )
    (tmp_path / "__main__.py").write_text(
        'import pulumi_aws as aws\n\naws.sqs.Queue("orders", name="orders", fifo_queue=False)\n'
    )
    checked = run(bin_folder, tmp_path, "check", "--local", "--json")
    assert "fifo" in checked.stdout, checked.stderr
    evidence = tmp_path / "reports" / "evidence.json"
    answers = json.loads(evidence.read_text(encoding="utf-8"))["answers"]
    refused = {answer["policy"] for answer in answers if answer["outcome"] == "FAIL"}
    assert {"queue-fifo", "resource-tags"} <= refused
    junit = tmp_path / "reports" / "junit.xml"
    again = run(bin_folder, tmp_path, "report", "--from", str(evidence), "--format", "junit")
    assert again.stdout == junit.read_text(encoding="utf-8")


def test_what_needs_a_go_program_says_how_to_get_it(bin_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("timestamp,symbol,price,size\n")
    said = run(bin_folder, tmp_path, "inspect", "x.csv")
    assert said.returncode != 0
    assert "Clone the repository" in said.stderr + said.stdout
