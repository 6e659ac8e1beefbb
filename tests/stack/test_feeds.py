"""Declarations of feeds travel in the validator's archive, beside its executable."""

import json
import stat
import zipfile
from pathlib import Path

import formats
from stack import feeds, pipeline
from stack.feeds import FeedSettings
from tests.stack.conftest import SETTINGS
from tests.stack.recorder import Recording

DECLARED = (
    FeedSettings(name="acme/us", format=formats.find("massive-trades"), order="arrival"),
    FeedSettings(name="globex/*", format=formats.find("canonical"), non_positive_prices=True),
)


def archive_of(stack: Recording, function: str) -> zipfile.ZipFile:
    resource = stack.one("aws:lambda/function:Function", f"{function}-function")
    return zipfile.ZipFile(resource.inputs["code"].path)


def test_the_document_names_each_feed_and_holds_the_formats_that_are_used() -> None:
    document = json.loads(feeds.document(DECLARED))
    assert document["feeds"] == {
        "acme/us": {"format": "massive-trades", "order": "arrival"},
        "globex/*": {"format": "canonical", "nonPositivePrices": True},
    }
    assert document["formats"] == {"massive-trades": formats.find("massive-trades").body}


def test_the_functions_own_code_takes_it_and_says_what_is_wrong_with_another() -> None:
    assert feeds.fault(feeds.document(DECLARED)) is None
    wrong = feeds.fault('{"feeds": {"acme/us": {"format": "nobodys"}}}')
    assert wrong is not None
    assert "nobodys" in wrong


def test_the_validators_archive_alone_holds_it(stack: Recording) -> None:
    for function in pipeline.FUNCTIONS:
        with archive_of(stack, function) as archive:
            names = archive.namelist()
            expected = ["bootstrap", "feeds.json"] if function == "validator" else ["bootstrap"]
            assert names == expected
    with archive_of(stack, "validator") as archive:
        assert archive.read("feeds.json").decode() == feeds.document(SETTINGS.feeds)
        assert archive.read("bootstrap") == b"validator for arm64"


def test_the_same_declarations_give_the_same_bytes_and_others_another_file(tmp_path: Path) -> None:
    archives = []
    for folder in ("a", "b"):
        archive = tmp_path / folder / "validator.zip"
        archive.parent.mkdir()
        with zipfile.ZipFile(archive, "w") as written:
            entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (stat.S_IFREG | 0o755) << 16
            written.writestr(entry, "code")
        archives.append(archive)
    first, again = (feeds.with_file(archive, "{}") for archive in archives)
    assert first.read_bytes() == again.read_bytes()
    assert feeds.with_file(archives[0], "{}") == first
    assert feeds.with_file(archives[0], '{"feeds": {}}') != first
    with zipfile.ZipFile(first) as made:  # Lambda starts it as it was built
        assert made.getinfo("bootstrap").external_attr >> 16 == stat.S_IFREG | 0o755
    assert sorted(path.name for path in first.parent.iterdir()) == ["validator.zip"]
