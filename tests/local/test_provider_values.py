"""Wire values, differences and call arguments, without an engine."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from local.provider.calls import arguments, patches, retag
from local.provider.diff import changes, delete_first
from local.provider.properties import UNKNOWN, archive_bytes, decode, encode, same
from local.provider.services import TYPES

QUEUE = TYPES["aws:sqs/queue:Queue"]
ARCHIVE = {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7"}
ASSET = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17"}


def _contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_whole_numbers_come_back_as_integers_and_others_as_they_were() -> None:
    values = {"whole": 30, "part": 0.5, "nested": [{"deep": 7}], "text": "x", "no": False}
    decoded = decode(encode(values))
    assert decoded == values
    assert isinstance(decoded["whole"], int)
    assert isinstance(decoded["nested"][0]["deep"], int)


def test_a_value_that_is_none_is_left_out() -> None:
    assert decode(encode({"a": None, "b": 1})) == {"b": 1}


@pytest.mark.parametrize(
    ("old", "new", "kind", "path"),
    [
        ({}, {"name": "q"}, "ADD", "name"),
        ({"name": "q"}, {}, "DELETE", "name"),
        ({"tags": {"a": "1"}}, {"tags": {"a": "2"}}, "UPDATE", "tags.a"),
        ({"tags": {"a.b": "1"}}, {"tags": {"a.b": "2"}}, "UPDATE", 'tags["a.b"]'),
        ({"rules": [{"days": 1}]}, {"rules": [{"days": 2}]}, "UPDATE", "rules[0].days"),
        ({"rules": [1]}, {"rules": [1, 2]}, "UPDATE", "rules"),
        ({"name": "q"}, {"name": UNKNOWN}, "UPDATE", "name"),
    ],
)
def test_a_difference_is_named_by_its_path(
    old: dict[str, Any], new: dict[str, Any], kind: str, path: str
) -> None:
    (change,) = changes(QUEUE, old, new)
    assert (change.kind, change.path) == (kind, path)


def test_a_change_of_what_identifies_a_resource_replaces_it_and_another_does_not() -> None:
    old = {"name": "a", "delaySeconds": 0}
    assert [c.replaces for c in changes(QUEUE, old, {**old, "name": "b"})] == [True]
    assert [c.replaces for c in changes(QUEUE, old, {**old, "delaySeconds": 5})] == [False]


def test_a_replacement_under_the_same_name_deletes_first() -> None:
    assert delete_first(QUEUE, {"name": "a"}, {"name": "a"})
    assert not delete_first(QUEUE, {"name": "a"}, {"name": "b"})
    assert not delete_first(QUEUE, {"name": "a"}, {"name": UNKNOWN})


def test_json_documents_that_say_the_same_are_the_same() -> None:
    assert same(json.dumps({"a": 1, "b": [2]}), json.dumps({"b": [2], "a": 1}, indent=2))
    assert not same('{"a": 1}', '{"a": 2}')
    assert not same("{a", "{b")


def test_archives_are_compared_by_their_content() -> None:
    old = {**ARCHIVE, "path": "old.zip", "hash": "abc"}
    assert same(old, {**ARCHIVE, "path": "new.zip", "hash": "abc"})
    assert not same(old, {**ARCHIVE, "path": "old.zip", "hash": "abd"})


def test_a_zip_file_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "f.zip").write_bytes(b"as it is")
    assert archive_bytes({**ARCHIVE, "path": str(tmp_path / "f.zip")}) == b"as it is"


def test_a_folder_becomes_the_same_zip_file_every_time(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b").write_bytes(b"2")
    (tmp_path / "a").write_bytes(b"1")
    first = archive_bytes({**ARCHIVE, "path": str(tmp_path)})
    (tmp_path / "a").touch()
    assert archive_bytes({**ARCHIVE, "path": str(tmp_path)}) == first
    assert _contents(first) == {"a": b"1", "inner/b": b"2"}


def test_assets_and_archives_nest(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"3")
    inner = {**ARCHIVE, "assets": {"b": {**ASSET, "path": str(tmp_path / "c")}}}
    folder = {**ARCHIVE, "path": str(tmp_path)}
    assets = {"a": {**ASSET, "text": "1"}, "inner": inner, "folder": folder}
    assert _contents(archive_bytes({**ARCHIVE, "assets": assets})) == {
        "a": b"1",
        "inner/b": b"3",
        "folder/c": b"3",
    }


def test_call_arguments_are_the_properties_that_have_a_value() -> None:
    properties = {"memorySize": 512, "name": "f", "timeout": None, "rule": {"maxAge": 1}}
    assert arguments(properties, "memorySize", "timeout", "rule", FunctionName="name") == {
        "MemorySize": 512,
        "FunctionName": "f",
        "Rule": {"MaxAge": 1},
    }


def test_a_patch_writes_what_changed_and_removes_what_is_gone() -> None:
    paths = {"authorization": "/authorizationType", "models": "/requestModels"}
    old = {"authorization": "NONE", "models": {"text/html": "Page"}}
    new = {"authorization": "AWS_IAM", "models": {"application/json": "Body"}}
    assert patches(old, new, paths) == [
        {"op": "remove", "path": "/requestModels/text~1html"},
        {"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"},
        {"op": "replace", "path": "/requestModels/application~1json", "value": "Body"},
    ]


def test_tags_are_added_changed_and_removed_but_not_rewritten() -> None:
    written: list[object] = []
    old = {"tagsAll": {"a": "1", "b": "2", "c": "3"}}
    new = {"tagsAll": {"a": "1", "b": "9", "d": "4"}}
    retag(old, new, write=written.append, remove=written.append)
    assert written == [["c"], {"b": "9", "d": "4"}]
    retag(new, new, write=written.append, remove=written.append)
    assert len(written) == 2
