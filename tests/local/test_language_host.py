"""Programs and policy packs run as under Pulumi's own language host."""

import json
from pathlib import Path

from tests.local.kit import Program


def test_an_exception_reaches_the_user_with_the_programs_own_frames_alone(offline: Program) -> None:
    offline.write("""
        def broken():
            raise LookupError("no such thing")
        broken()
    """)
    said = offline.refused("preview")
    assert "LookupError: no such thing" in said
    assert "__main__.py" in said
    assert "program_runner.py" not in said
    assert "runpy" not in said


def test_a_run_error_reaches_the_user_without_a_traceback(offline: Program) -> None:
    offline.write('raise pulumi.RunError("set the suffix")')
    said = offline.refused("preview")
    assert "set the suffix" in said
    assert "Traceback" not in said


def test_a_missing_configuration_value_names_the_command_that_sets_it(offline: Program) -> None:
    offline.write('pulumi.Config().require("colour")')
    assert "pulumi config set trial:colour" in offline.refused("preview")


def test_what_a_program_prints_is_shown(offline: Program) -> None:
    offline.write('print("forty-two files")')
    assert "forty-two files" in offline.done("preview")


def test_a_resource_is_traced_to_its_line_in_the_program(offline: Program) -> None:
    (step,) = offline.steps("\n\n\naws.sqs.Queue('q')")
    assert step["newState"]["sourcePosition"] == "project:///__main__.py#6"


def test_a_secret_setting_stays_a_secret_in_what_the_program_exports(offline: Program) -> None:
    offline.done("config", "set", "--secret", "word", "xyzzy")
    offline.write('pulumi.export("word", pulumi.Config().require_secret("word"))')
    said = offline.done("preview")
    assert "[secret]" in said
    assert "xyzzy" not in said


def test_a_program_below_main_imports_its_neighbours(offline: Program) -> None:
    (offline.folder / "Pulumi.yaml").write_text("name: trial\nruntime: python\nmain: inner/\n")
    (offline.folder / "inner").mkdir()
    (offline.folder / "inner" / "neighbour.py").write_text('WORD = "beside"')
    (offline.folder / "beyond.py").write_text('WORD = "above"')
    (offline.folder / "inner" / "__main__.py").write_text(
        "import beyond, neighbour\nprint(neighbour.WORD, beyond.WORD)"
    )
    assert "beside above" in offline.done("preview")


def test_a_policy_pack_elsewhere_judges_the_program(offline: Program, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\ndescription: queues are FIFO\n")
    (pack / "rule.py").write_text("""
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy

def check(args, report):
    if args.resource_type == "aws:sqs/queue:Queue" and not args.props.get("fifoQueue"):
        report("a queue must be FIFO")

RULE = ResourceValidationPolicy(
    name="queue-fifo", description="Queues are FIFO", validate=check,
    enforcement_level=EnforcementLevel.MANDATORY,
)
""")
    (pack / "__main__.py").write_text(
        "from pulumi_policy import PolicyPack\nfrom rule import RULE\n"
        'PolicyPack(name="trial", policies=[RULE])\n'
    )
    offline.write('aws.sqs.Queue("q", fifo_queue=True)')
    offline.done("preview", "--policy-pack", str(pack))
    offline.write('aws.sqs.Queue("q")')
    said = offline.refused("preview", "--policy-pack", str(pack))
    assert "queue-fifo" in said
    assert "a queue must be FIFO" in said


def test_a_policy_pack_that_cannot_start_says_why(offline: Program, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text('raise LookupError("no rules here")')
    offline.write("")
    assert "no rules here" in offline.refused("preview", "--policy-pack", str(pack))


def test_about_tells_the_interpreter_and_its_packages(offline: Program) -> None:
    offline.write("")
    about = json.loads(offline.done("about", "--json"))
    assert about["runtime"]["language"] == "python"
    assert "pulumi_aws" in {item["name"].replace("-", "_") for item in about["dependencies"]}
