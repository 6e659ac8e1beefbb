"""What a function runs: archives in every form, executables of every kind."""

import hashlib
import io
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers, lists, sampled_from, tuples

from policies.facts import archives, go_binary
from policies.facts.reading import Node
from tests.policies.kit import Case, Declarations, check, fails, judge, parametrized, undetermined
from tests.policies.kit.executables import archive, go_executable

FUNCTION = "processor-function"
POLICY = "function-binary"
SIGNATURE = "4dabf18193072939515e22adb298388d"
ARCHIVE = {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7"}
ASSET = {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17"}


def running(stack: Declarations, path: Path) -> Declarations:
    """The stack whose processor runs the archive, or folder, at `path`."""
    return stack.set(FUNCTION, "code", {**ARCHIVE, "path": str(path)})


def blocked(stack: Declarations) -> dict[str, set[str]]:
    return judge(stack).blocked()


_NO_GO = "code: bootstrap is no Go executable: it "


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"#!/bin/sh\n", f"{_NO_GO}is no ELF executable"),
        (b"", f"{_NO_GO}is no ELF executable"),
        (go_executable()[:19], f"{_NO_GO}is no ELF executable"),
        (go_executable()[:20], f"{_NO_GO}carries no build information of Go 1.18 or newer"),
        (go_executable()[:80], f"{_NO_GO}carries no build information of Go 1.18 or newer"),
        (
            go_executable().replace(b"inf:\x08\x02", b"inf:\x08\x00"),  # as before Go 1.18
            f"{_NO_GO}carries no build information of Go 1.18 or newer",
        ),
        (
            go_executable(version="devel"),
            f"{_NO_GO}carries no build information of Go 1.18 or newer",
        ),
        (go_executable(version="go2.0"), "code: bootstrap was not built by Go 1.x"),
        (go_executable(system="darwin"), "code: bootstrap was not built for linux"),
        (
            go_executable(architecture="x86_64"),
            "architectures is not x86_64, which bootstrap is built for",
        ),
        (
            b"\x7fELF" + bytes(14) + b"\x08\x00" + bytes(80),
            "code: bootstrap is no Go executable: its machine type 8 is neither x86_64 nor arm64",
        ),
    ],
)
def test_only_a_go_executable_for_the_declared_architecture_passes(
    content: bytes, wrong: str, baseline: Declarations, tmp_path: Path
) -> None:
    stack = running(baseline, archive(tmp_path / "function.zip", content))
    judgement = judge(stack)
    assert judgement.blocked() == {POLICY: {FUNCTION}}
    assert judgement.of(POLICY, FUNCTION)[0].message.partition("\n")[0] == wrong


def test_what_follows_the_build_information_is_not_read(
    baseline: Declarations, tmp_path: Path
) -> None:
    content = go_executable() + b"\nbuild\tGOOS=darwin\n" + bytes(4096)
    long = go_executable(system="linux", module="m" * 300) + b"\nbuild\tGOOS=darwin\n" * 100
    for number, executable in enumerate((content, long)):
        path = archive(tmp_path / f"{number}.zip", executable)
        assert blocked(running(baseline, path)) == {}


def test_the_architecture_is_x86_64_when_none_is_declared(
    baseline: Declarations, tmp_path: Path
) -> None:
    undeclared = baseline.drop(FUNCTION, "architectures")
    assert blocked(undeclared) == {POLICY: {FUNCTION}}
    path = archive(tmp_path / "function.zip", go_executable(architecture="x86_64"))
    assert blocked(running(undeclared, path)) == {}


def test_an_archive_needs_an_executable_bootstrap_at_its_root(
    baseline: Declarations, tmp_path: Path
) -> None:
    elsewhere = archive(tmp_path / "a.zip", go_executable(), name="bin/bootstrap")
    not_executable = archive(tmp_path / "b.zip", go_executable(), mode=0o644)
    no_zip = tmp_path / "c.zip"
    no_zip.write_bytes(b"text")
    for path in (elsewhere, not_executable, no_zip, tmp_path):
        assert blocked(running(baseline, path)) == {POLICY: {FUNCTION}}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_may_be_compressed_and_carry_other_files_and_fields(
    method: int, baseline: Declarations, tmp_path: Path
) -> None:
    path = tmp_path / "function.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("README", "before " * 100)
        entry = zipfile.ZipInfo("bootstrap")
        entry.create_system, entry.external_attr, entry.compress_type = 3, 0o755 << 16, method
        entry.extra = b"UT\5\0\1\0\0\0\0"  # a time, as Info-ZIP writes it
        file.writestr(entry, go_executable())
        file.writestr("LICENSE", "behind " * 100)
    assert blocked(running(baseline, path)) == {}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_archive_is_told_from_one_without_executable(
    method: int, baseline: Declarations, tmp_path: Path
) -> None:
    path = archive(tmp_path / "function.zip", go_executable(), method=method)
    whole = path.read_bytes()
    begin = 30 + len("bootstrap")
    for damage in (b"\xff" * 8, bytes(8)):
        path.write_bytes(whole[:begin] + damage + whole[begin + 8 :])
        (answer,) = judge(running(baseline, path)).of(POLICY, FUNCTION)
        assert "its bootstrap is damaged" in answer.message


@given(
    method=sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    edits=lists(tuples(floats(0, 1, exclude_max=True), integers(0, 255)), min_size=1, max_size=3),
    keep=floats(0, 1),
)
@settings(
    max_examples=100,
    derandomize=True,
)
def test_no_damage_to_an_archive_gets_past_the_reader(
    method: int, edits: list[tuple[float, int]], keep: float, tmp_path: Path
) -> None:
    path = archive(tmp_path / "function.zip", go_executable(), method=method)
    content = bytearray(path.read_bytes())
    for where, byte in edits:
        content[int(where * len(content))] = byte
    path = tmp_path / f"{hashlib.sha256(content).hexdigest()}.zip"
    path.write_bytes(content[: 1 + int(keep * len(content))] if keep < 0.9 else content)
    try:
        found = archives.executable(Node({"path": str(path)}))
    except (archives.NoExecutableError, go_binary.NotGoError) as error:
        assert str(error)
    else:
        assert found == go_binary.read(io.BytesIO(go_executable()))


@pytest.mark.parametrize(
    ("place", "value", "wrong"),
    [
        (b"PK\x01\x02", (6, b"\xff\xff"), "no zip archive"),  # a version of the format to come
        (b"PK\x05\x06", (12, b"\xff\xff\xff\x7f"), "no zip archive"),  # begins before the file
        (b"PK\x01\x02", (8, b"\x01"), "damaged"),  # encrypted
        (b"PK\x03\x04", (0, b"KP"), "damaged"),
    ],
)
def test_an_archive_with_a_broken_header_is_named_as_such(
    place: bytes, value: tuple[int, bytes], wrong: str, baseline: Declarations, tmp_path: Path
) -> None:
    path = archive(tmp_path / "function.zip", go_executable())
    content = bytearray(path.read_bytes())
    begin = content.index(place) + value[0]
    content[begin : begin + len(value[1])] = value[1]
    path.write_bytes(content)
    (answer,) = judge(running(baseline, path)).of(POLICY, FUNCTION)
    assert wrong in answer.message


@pytest.mark.parametrize("before", [64 * 1024 - 80, 64 * 1024 - 64, 1024 * 1024, 3_000_000])
def test_build_information_is_found_wherever_it_lies(before: int) -> None:
    executable = go_executable()
    content = executable[:64] + bytes(before) + executable[64:]
    found = go_binary.read(io.BytesIO(content))
    assert (found.architecture, found.version, found.system) == ("arm64", "go1.26.8", "linux")


def test_a_long_list_of_modules_is_read_to_its_end() -> None:
    executable = go_executable(module="m" * (1024 * 1024 - 200))
    content = executable[:64] + bytes(60_000) + executable[64:]
    assert go_binary.read(io.BytesIO(content)).system == "linux"


def test_a_name_that_is_no_text_does_no_harm() -> None:
    content = go_executable().replace(b"path\tpipeline", b"path\tpipelin\xff")
    assert go_binary.read(io.BytesIO(content)).system == "linux"


def test_a_mark_that_is_not_aligned_or_leads_nowhere_is_passed_over() -> None:
    executable = go_executable(version="go1.2")
    mark = executable[64:]
    for between in (b"\0" * 8 + mark + b"\0" * 8, mark[:96].replace(b"go1", b"no!")):
        aligned = between + bytes(-len(between) % 16)
        content = executable[:64] + aligned + go_executable()[64:]
        assert go_binary.read(io.BytesIO(content)).version == "go1.26.8"


def test_an_archive_that_lambda_could_not_unpack_is_no_archive(
    baseline: Declarations, tmp_path: Path
) -> None:
    path = archive(tmp_path / "function.zip", go_executable(), method=zipfile.ZIP_BZIP2)
    (answer,) = judge(running(baseline, path)).of(POLICY, FUNCTION)
    assert "compressed otherwise than by deflate" in answer.message


def test_folders_and_assets_are_read_as_archives_are(
    baseline: Declarations, tmp_path: Path
) -> None:
    executable = tmp_path / "bootstrap"
    executable.write_bytes(go_executable())
    asset = {**ASSET, "path": str(executable)}
    assert blocked(running(baseline, tmp_path)) == {}
    assert (
        blocked(baseline.set(FUNCTION, "code", {**ARCHIVE, "assets": {"bootstrap": asset}})) == {}
    )
    for assets, wrong in (
        ({"main": asset}, "code: it has no bootstrap at its root"),
        ({"bootstrap": {**ASSET, "text": "echo"}}, "code: bootstrap is a text"),
    ):
        stack = baseline.set(FUNCTION, "code", {**ARCHIVE, "assets": assets})
        (answer,) = judge(stack).of(POLICY, FUNCTION)
        assert answer.message.partition("\n")[0] == wrong


def test_code_that_cannot_be_read_here_is_undetermined(baseline: Declarations) -> None:
    missing = running(baseline, Path("/nowhere/function.zip"))
    remote = baseline.set(FUNCTION, "code", {**ARCHIVE, "uri": "https://example.com/f.zip"})
    in_s3 = baseline.drop(FUNCTION, "code").set(FUNCTION, "s3Bucket", "elsewhere")
    for stack in (missing, remote, in_s3):
        assert judge(stack).blocked("UNKNOWN") == {POLICY: {FUNCTION}}


def test_an_archive_of_which_a_refresh_left_the_hash_is_undetermined_with_the_reason(
    baseline: Declarations,
) -> None:
    for archive_left in ({**ARCHIVE, "assets": {}, "hash": "ab"}, {**ARCHIVE, "hash": "ab"}):
        (answer,) = judge(baseline.set(FUNCTION, "code", archive_left)).of(POLICY, FUNCTION)
        assert answer.message == (
            "Undetermined: code (a refresh knows its hash alone, and no archive in build/ has it)\n"
            "Fix: Build what is deployed again, or preview the program, which says where its "
            "archive is."
        )


def test_an_archive_of_which_a_refresh_left_the_hash_is_found_among_those_that_were_built(
    baseline: Declarations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "build" / "functions"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    archive(folder / "other.zip", go_executable(architecture="x86_64"))
    for content, answer in (
        (go_executable(), "PASS"),
        (go_executable(system="windows"), "FAIL"),
        (b"#!/bin/sh", "FAIL"),
    ):
        built = archive(folder / "function.zip", content)
        digest = hashlib.sha256(built.read_bytes()).hexdigest()
        refreshed = baseline.set(FUNCTION, "code", {**ARCHIVE, "assets": {}, "hash": digest})
        (found,) = judge(refreshed).of(POLICY, FUNCTION)
        assert found.answer == answer, found


@pytest.mark.parametrize(("goarch", "architecture"), [("arm64", "arm64"), ("amd64", "x86_64")])
def test_the_real_toolchain_writes_what_the_reader_expects(
    goarch: str, architecture: str, tmp_path: Path
) -> None:
    (tmp_path / "go.mod").write_text("module probe\n\ngo 1.26\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    environment = {**os.environ, "GOOS": "linux", "GOARCH": goarch, "CGO_ENABLED": "0"}
    command = ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", "bootstrap", "."]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    with (tmp_path / "bootstrap").open("rb") as file:
        found = go_binary.read(file)
    assert (found.architecture, found.system) == (architecture, "linux")
    assert found.version.startswith("go1.")


CASES = [
    fails(
        "the other architecture declared",
        POLICY,
        FUNCTION,
        lambda s: s.set(FUNCTION, "architectures", ["x86_64"]),
        "architectures is not arm64",
    ),
    undetermined(POLICY, FUNCTION, "code"),
]


@parametrized(CASES)
def test_declaration(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
