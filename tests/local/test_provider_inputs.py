"""The inputs that the provider makes, as the official one was seen to make them."""

import importlib
import inspect
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.provider.inputs import DEFAULTS, MAPS, Filling, checked, refreshed
from local.provider.properties import SIGNATURE, UNKNOWN
from local.provider.services import TYPES
from tests.local.kit import sdk_class, sdk_name, stack_preview

# What the official provider (Terraform's AWS provider 6.13 behind the bridge 3.136) adds to what
# the program states, on the whole stack: type, path (`[]` for every item of a list), value.
BRIDGED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "bridged-inputs.json").read_text()
)
HERE = Filling(region="us-east-1")
QUEUE, ALARM = TYPES["aws:sqs/queue:Queue"], TYPES["aws:cloudwatch/metricAlarm:MetricAlarm"]
LIFECYCLE = TYPES["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"]
FUNCTION = TYPES["aws:lambda/function:Function"]
ROLE = TYPES["aws:iam/role:Role"]
HASH_ALONE = {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", "assets": {}, "hash": "abc"}


def _check(type_: Any, new: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, Any]:
    return checked(type_, old or {}, new, filling=HERE, name=lambda _: "made-up")


def _added(inputs: dict[str, Any], stated: set[str]) -> Iterator[tuple[str, Any]]:
    for name, value in inputs.items():
        if name not in stated and name != DEFAULTS:
            yield name, value
        else:
            yield from _notes(value, name)


def _notes(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _notes(item, f"{path}[]")
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == DEFAULTS:
                yield f"{path}.{name}", item
            else:
                yield from _notes(item, f"{path}.{name}")


def test_the_whole_stack_has_the_inputs_that_it_has_under_the_official_provider(
    tmp_path: Path,
) -> None:
    added: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    left_out: defaultdict[str, set[str]] = defaultdict(set)
    for state in stack_preview(tmp_path):
        if state["type"].startswith("aws:"):
            stated = set(state.get("propertyDependencies", {}))
            added[state["type"]] |= dict(_added(state["inputs"], stated))
            left_out[state["type"]] |= BRIDGED[state["type"]].keys() - stated
    expected = {
        type_: {path: BRIDGED[type_][path] for path in paths} for type_, paths in left_out.items()
    }
    assert added == expected


def test_a_default_of_false_zero_or_nothing_is_no_input() -> None:
    inputs = _check(QUEUE, {"name": "q"})
    assert inputs["visibilityTimeoutSeconds"] == 30
    assert not inputs.keys() & {"fifoQueue", "delaySeconds", "contentBasedDeduplication"}
    assert inputs[DEFAULTS] == [
        "maxMessageSize",
        "messageRetentionSeconds",
        "visibilityTimeoutSeconds",
    ]


def test_what_the_program_states_stays_whatever_the_default_is() -> None:
    assert _check(QUEUE, {"name": "q", "fifoQueue": False})["fifoQueue"] is False


def test_a_default_that_was_filled_in_before_stays_what_it_was() -> None:
    old = {"name": "q", "visibilityTimeoutSeconds": 77, DEFAULTS: ["visibilityTimeoutSeconds"]}
    assert _check(QUEUE, {"name": "q"}, old)["visibilityTimeoutSeconds"] == 77


def test_what_the_program_stated_before_and_states_no_more_is_the_default_again() -> None:
    old = {"name": "q", "visibilityTimeoutSeconds": 77, DEFAULTS: ["maxMessageSize"]}
    assert _check(QUEUE, {"name": "q"}, old)["visibilityTimeoutSeconds"] == 30


def test_what_a_refresh_read_of_the_only_default_is_an_input_of_the_next_preview() -> None:
    stated = {"name": "a", "treatMissingData": "notBreaching"}
    read = refreshed(_check(ALARM, stated), {**stated, "actionsEnabled": False})
    assert DEFAULTS not in read
    assert _check(ALARM, stated, read)["actionsEnabled"] is False


def test_a_refresh_keeps_to_the_properties_that_were_inputs() -> None:
    old = {"name": "q", "policy": '{"a": 1}', "gone": 1, DEFAULTS: ["name"]}
    found = {"name": "q", "policy": '{"a":1}', "arn": "arn:aws:sqs:::q"}
    assert refreshed(old, found) == {"name": "q", "policy": '{"a": 1}', DEFAULTS: ["name"]}


def test_a_refresh_takes_changed_values_at_any_depth_and_drops_empty_notes() -> None:
    old = {"rules": [{"days": 1, "keep": "x", DEFAULTS: []}, {"days": 2, DEFAULTS: []}]}
    found = {"rules": [{"days": 9, "keep": "x", "more": True}, {"days": 2}]}
    assert refreshed(old, found) == {"rules": [{"days": 9, "keep": "x"}, {"days": 2}]}


def test_the_order_in_which_aws_returns_a_set_is_no_change() -> None:
    old = {"attributes": [{"name": "pk", DEFAULTS: []}, {"name": "sk", DEFAULTS: []}]}
    found = {"attributes": [{"name": "sk"}, {"name": "pk"}]}
    assert refreshed(old, found) == {"attributes": [{"name": "pk"}, {"name": "sk"}]}


def test_of_an_archive_a_refresh_leaves_the_hash() -> None:
    read = refreshed({"code": {**HASH_ALONE, "path": "f.zip"}}, {"code": HASH_ALONE})
    assert read["code"] == HASH_ALONE


def test_objects_are_noted_and_maps_and_archives_are_not() -> None:
    inputs = _check(
        FUNCTION,
        {"name": "f", "environment": {"variables": {"A": "1"}}, "code": HASH_ALONE, "tags": {}},
    )
    assert inputs["environment"] == {"variables": {"A": "1"}, DEFAULTS: []}
    assert inputs["code"] == HASH_ALONE
    assert inputs["tags"] == {}


def test_a_type_of_the_plugin_framework_has_no_notes() -> None:
    inputs = _check(LIFECYCLE, {"bucket": "b", "rules": [{"id": "r", "filter": {"prefix": ""}}]})
    assert DEFAULTS not in json.dumps(inputs)


def test_the_providers_tags_are_among_all_tags_and_the_resources_own_win() -> None:
    filling = Filling(region="us-east-1", tags={"Team": "Analytics", "Stage": "dev"})
    inputs = checked(
        QUEUE, {}, {"name": "q", "tags": {"Stage": "x"}}, filling=filling, name=lambda _: ""
    )
    assert inputs["tags"] == {"Stage": "x"}
    assert inputs["tagsAll"] == {"Team": "Analytics", "Stage": "x"}
    bare = checked(QUEUE, {}, {"name": "q"}, filling=filling, name=lambda _: "")
    assert bare["tagsAll"] == filling.tags
    unknown = checked(QUEUE, {}, {"name": "q", "tags": UNKNOWN}, filling=filling, name=lambda _: "")
    assert unknown["tagsAll"] == UNKNOWN


def test_what_takes_no_tags_or_has_no_region_gets_none() -> None:
    assert "tagsAll" not in _check(LIFECYCLE, {"bucket": "b"})
    assert "region" not in _check(ROLE, {"name": "r"})
    assert _check(QUEUE, {"name": "q", "region": "us-west-2"})["region"] == "us-west-2"


def test_a_generated_name_is_kept_and_a_stated_one_given_up_is_not() -> None:
    assert _check(QUEUE, {}, _check(QUEUE, {}) | {"name": "first"})["name"] == "first"
    assert _check(QUEUE, {}, {"name": "stated", DEFAULTS: []})["name"] == "made-up"


# Looking at a class of the SDK touches its deprecated siblings.
@pytest.mark.filterwarnings("ignore:.*deprecated in favor of:DeprecationWarning")
@pytest.mark.parametrize("type_name", TYPES)
def test_maps_are_what_the_sdk_takes_as_maps(type_name: str) -> None:
    class_ = sdk_class(TYPES[type_name])
    parameters = inspect.signature(class_._internal_init).parameters  # type: ignore[attr-defined]
    found = {
        kind: {
            name
            for attribute, parameter in parameters.items()
            for kind_found, name in _kinds(
                class_.__module__, sdk_name(class_, attribute), str(parameter.annotation)
            )
            if kind_found == kind
        }
        for kind in ("map", "object")
    }
    assert found["map"] <= MAPS
    assert not found["object"] & MAPS


def _kinds(module: str, name: str, annotation: str) -> Iterator[tuple[str, str]]:
    """Whether a property of this type is a map or an object, and the same of those within it."""
    arguments = re.search(r"'(\w+Args)'", annotation)
    if arguments and arguments[1] != "PolicyDocumentArgs":
        yield "object", name
        inputs = importlib.import_module(f"{module.rsplit('.', 1)[0]}._inputs")
        class_ = getattr(inputs, arguments[1])
        for attribute, member in inspect.getmembers(class_, lambda m: isinstance(m, property)):
            within = str(inspect.signature(member.fget).return_annotation)
            yield from _kinds(module, sdk_name(class_, attribute), within)
    elif "Mapping[str" in annotation:
        yield "map", name


@pytest.mark.filterwarnings("ignore:.*deprecated in favor of:DeprecationWarning")
@pytest.mark.parametrize("type_name", TYPES)
def test_what_has_a_region_and_takes_tags_is_what_the_sdk_says(type_name: str) -> None:
    resource = TYPES[type_name]
    class_ = sdk_class(resource)
    assert resource.regional == hasattr(class_, "region")
    assert resource.tagged == hasattr(class_, "tags_all")
