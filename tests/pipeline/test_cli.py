"""The command line as a shell sees it: exit codes, one answer on standard output, no tracebacks."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from compliance import report
from pipeline import cli
from pipeline.errors import CommandError
from tests.compliance import samples

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Ended]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is taken for a project in which nothing is deployed, and the current one."""
    for name in ("Pulumi.yaml", "PulumiPolicy.yaml"):
        (tmp_path / name).symlink_to(REPOSITORY / name)
    (tmp_path / "trades.csv").write_text("timestamp,symbol,price,size\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["pipeline", *words])
        monkeypatch.setattr("sys.stdin", io.StringIO())
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        # The console wraps at its width; what is said is the same.
        return Ended(
            returncode=int(ended.value.code or 0),
            stdout=said.out,
            stderr=" ".join(said.err.split()),
        )

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("send none.csv --partner acme --feed x", "none.csv does not exist"),
        ("send trades.csv --partner ACME --feed x", "'ACME' is no partner's name"),
        ("send trades.csv --partner acme --feed x --sequence 0", "sequence 0"),
        ("status acme", "write PARTNER/FEED"),
        ("results acme/x --date 2013-1", "'2013-1' is no date"),
        ("results acme/x --date 2013-10-07 --bars x.txt", ".parquet or .csv"),
        ("report --from trades.csv --format pdf", "'pdf' is no report"),
        ("destroy", "say --yes"),
        ("status acme/x --watch --timeout nan", "'--timeout'"),
        ("status acme/x --watch --timeout -1", "'--timeout'"),
        ("logs validator --since nan", "'--since'"),
        ("logs validator --since inf", "'--since'"),
        ("logs validator --since -5", "'--since'"),
        ("demo none.csv", "none.csv does not exist"),
        ("check --deployed --checkov", "leave --checkov or --deployed out"),
        ("check --state s.json --checkov", "leave --checkov or --deployed out"),
        ("check --deployed --state s.json", "leave one of them out"),
        ("check --policy-config none.json", "no such file of policy settings"),
        ("check --project reports", "'reports' does not exist"),
        ("frobnicate", "No such command"),
    ],
)
def test_wrong_words_end_with_2_and_say_which(run: Run, words: str, said: str) -> None:
    ended = run(*words.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr


@pytest.mark.parametrize(
    "words",
    ["outputs", "status acme/x", "results acme/x --date 2013-10-07", "logs validator"],
)
def test_a_command_without_a_deployment_ends_with_1_and_says_what_to_do(
    run: Run, words: str
) -> None:
    ended = run(*words.split())
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Run `pipeline up`" in ended.stderr


def test_outputs_of_a_stack_on_aws_are_not_taken_for_the_local_ones(
    project: Path, run: Run
) -> None:
    (project / "cfn-outputs").mkdir()
    (project / "cfn-outputs" / "flat-outputs.json").write_text('{"region": "us-east-1"}')
    ended = run("outputs")
    assert ended.returncode == 1
    assert "--stack" in ended.stderr


def test_an_emulator_that_does_not_answer_is_said_to(project: Path, run: Run) -> None:
    (project / "cfn-outputs").mkdir()
    outputs = {"region": "us-east-1", "endpointUrl": "http://127.0.0.1:1", "bucketName": "b"}
    (project / "cfn-outputs" / "flat-outputs.json").write_text(json.dumps(outputs))
    ended = run("results", "acme/x", "--date", "2013-10-07")
    assert ended.returncode == 1
    assert "pipeline up" in ended.stderr


def test_broken_evidence_is_never_a_report(project: Path, run: Run) -> None:
    (project / "evidence.json").write_text("{}")
    ended = run("report", "--from", "evidence.json", "--format", "html")
    assert (ended.returncode, ended.stdout) == (6, "")


def test_a_broken_check_leaves_no_report_of_an_earlier_one(project: Path, run: Run) -> None:
    earlier = report.write(samples.compliant(), project / "reports")
    ended = run("check", "--state", "none.json")
    assert ended.returncode == 6
    assert not any(path.exists() for path in earlier)


@pytest.mark.parametrize("words", [("export", "terraform"), ("check",)])
def test_an_output_that_is_no_folder_ends_before_the_preview(
    words: tuple[str, ...], run: Run
) -> None:
    ended = run(*words, "--output", "trades.csv")
    assert ended.returncode == 2
    assert "'--output': dir 'trades.csv' is a file" in ended.stderr
    assert "Previewing" not in ended.stderr


def test_json_is_one_document_on_standard_output(run: Run) -> None:
    ended = run("sample", "--rows", "10", "--files", "1", "--json")
    assert ended.returncode == 0
    assert {file["synthetic"] for file in json.loads(ended.stdout)} == {True}
    assert "synthetic" in ended.stderr


PIPELINE = REPOSITORY / ".venv" / "bin" / "pipeline"


def test_an_answer_is_utf_8_whatever_the_locale_is(project: Path) -> None:
    evidence = samples.compliant()
    report.write(evidence, project)
    ended = subprocess.run(
        [PIPELINE, "report", "--from", "evidence.json", "--format", "markdown"],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""},
        capture_output=True,
        check=True,
    )
    assert ended.stdout.decode() == report.render(evidence, "markdown")
    assert not ended.stdout.isascii()


def test_a_closed_standard_output_is_said_to_be(project: Path) -> None:
    command = ["sh", "-c", 'exec "$@" >&-', "sh", str(PIPELINE), "sample", "--rows", "10"]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert "Standard output is closed" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_debug_shows_where_an_error_came_from(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["pipeline", "--debug", "outputs"])
    with pytest.raises(CommandError, match=r"flat-outputs\.json does not exist"):
        cli.main()


def test_every_command_has_its_help(run: Run) -> None:
    commands = run("--help").stdout.split("Commands:")[1].strip().splitlines()
    for line in commands:
        assert line.split(maxsplit=1)[1], line


def test_governance_does_not_wait_for_the_clients_of_aws() -> None:
    asked = "import sys; from pipeline.cli import app; "
    told = "app(['check', '--help'], standalone_mode=False); print(*sys.modules)"
    command = [sys.executable, "-c", asked + told]
    loaded = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert "pipeline.commands.governance" in loaded.stdout.split()
    assert not {"boto3", "requests", "pipeline.deployment"} & set(loaded.stdout.split())


@pytest.mark.parametrize("port", ["", "abc", "0", "-1", "65536"])
def test_a_port_that_is_none_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PIPELINE_PORT", port)
    ended = run("up")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.endswith(f"PIPELINE_PORT is {port!r}: set it to a port, 1 to 65535")
