"""The command line on a program of somebody else's, in a subfolder of a repository."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PIPELINE = REPOSITORY / ".venv" / "bin" / "pipeline"

PROGRAM = '''"""Events of orders."""

import pulumi
import pulumi_aws as aws

aws.sqs.Queue(
    "orders-queue",
    name="orders-queue-local.fifo",
    fifo_queue={fifo},
    tags={{"Environment": "Production", "Team": "Billing"}},
)
pulumi.export("queue", "orders-queue-local.fifo")
'''
LINE = 1 + PROGRAM[: PROGRAM.index("aws.sqs.Queue(")].count("\n")
SETTINGS = {"resource-tags": {"tags": {"Environment": "Production", "Team": "Billing"}}}


class Repository:
    """A git repository with a Pulumi program in a subfolder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "infra" / "orders"
        self.project.mkdir(parents=True)
        subprocess.run(["git", "init", "--quiet", root], check=True)
        (self.project / "Pulumi.yaml").write_text(
            "name: orders\nruntime: python\nconfig:\n  aws:region: us-east-1\n"
        )
        (self.project / "settings.json").write_text(json.dumps(SETTINGS))
        self.write(fifo=True)

    def write(self, *, fifo: bool) -> None:
        (self.project / "__main__.py").write_text(PROGRAM.format(fifo=fifo))

    def run(self, *words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PIPELINE, *words],
            cwd=folder or self.project,
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    def report(self, name: str) -> Any:
        return json.loads((self.project / "reports" / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("another"))


def failures(repository: Repository) -> set[str]:
    answers = repository.report("evidence.json")["answers"]
    return {answer["policy"] for answer in answers if answer["outcome"] in ("FAIL", "UNKNOWN")}


CHECK = ("check", "--local", "--policy-config", "settings.json")


def test_it_gets_its_own_verdict_with_lines_that_exist(repository: Repository) -> None:
    repository.write(fifo=False)
    ended = repository.run(*CHECK)
    assert ended.returncode == 3, ended.stderr
    first = ended.stderr.splitlines()[0]
    assert f"Project orders in {repository.project}, stack local on this machine" in first
    assert "judging its preview" in first
    evidence = repository.report("evidence.json")
    subject = evidence["subject"]
    assert (subject["project"], subject["folder"]) == ("orders", "infra/orders")
    answers = (a for a in evidence["answers"] if a["policy"] == "queue-fifo")
    (fifo,) = (a for a in answers if a["outcome"] == "FAIL")
    assert fifo["source"] == {"file": "infra/orders/__main__.py", "line": LINE}
    for result in repository.report("policies.sarif")["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        lines = (repository.root / place["artifactLocation"]["uri"]).read_text().splitlines()
        assert 1 <= place["region"]["startLine"] <= len(lines)


def test_what_it_mends_is_found_no_more(repository: Repository) -> None:
    repository.write(fifo=False)
    repository.run(*CHECK)
    before = failures(repository)
    repository.write(fifo=True)
    repository.run(*CHECK)
    assert before - failures(repository) == {"queue-fifo"}
    assert "resource-tags" not in before


def test_its_own_settings_decide(repository: Repository) -> None:
    repository.write(fifo=True)
    repository.run("check", "--local")
    assert "resource-tags" in failures(repository)


def test_it_is_found_from_a_folder_inside_and_by_its_name_from_outside(
    repository: Repository, tmp_path: Path
) -> None:
    inside = repository.project / "inside"
    inside.mkdir(exist_ok=True)
    settings = str(repository.project / "settings.json")
    for words, folder in (((), inside), (("--project", str(repository.project)), tmp_path)):
        ended = repository.run(
            "check", "--local", "--policy-config", settings, *words, folder=folder
        )
        assert f"Project orders in {repository.project}" in ended.stderr, ended.stderr


def test_where_there_is_no_project_nothing_is_judged(
    repository: Repository, tmp_path: Path
) -> None:
    for command in (("check",), ("up",), ("export", "terraform", "--output", "out")):
        ended = repository.run(*command, folder=tmp_path)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert "--project DIR" in " ".join(ended.stderr.split())
        assert not (tmp_path / "reports").exists()


def test_without_local_it_is_judged_in_the_users_own_environment(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", tmp_path.as_uri())
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "")
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    ended = repository.run("check")
    assert ended.returncode == 1
    assert "No stack of orders is selected" in " ".join(ended.stderr.split())
    ended = repository.run("check", "--stack", "prod")
    assert "stack prod in your Pulumi environment" in ended.stderr
    assert ended.returncode == 6  # its login has no such stack


def test_the_state_of_the_local_machine_does_not_enter_its_history(repository: Repository) -> None:
    repository.run(*CHECK)
    status = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=repository.root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert ".pipeline" not in status


def test_its_terraform_export_is_its_own(repository: Repository, tmp_path: Path) -> None:
    repository.write(fifo=True)
    ended = repository.run("export", "terraform", "--local", "--output", str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    exported = json.loads((tmp_path / "main.tf.json").read_text(encoding="utf-8"))
    assert list(exported["resource"]) == ["aws_sqs_queue"]
