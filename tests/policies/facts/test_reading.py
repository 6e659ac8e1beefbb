"""Safe reading: plain values, or an error that names the property."""

from typing import Any

import pytest

from policies.facts.reading import MalformedError, Node, UndeterminedError
from policies.facts.wire import UNKNOWN, normalised

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@pytest.mark.parametrize(
    ("wire", "plain"),
    [
        (3.0, 3),
        (2.5, 2.5),
        (True, True),
        ("text", "text"),
        ([1.0, "a", {"k": 2.0}], [1, "a", {"k": 2}]),
        (SENTINEL, UNKNOWN),
        (f"arn:{SENTINEL}:x", UNKNOWN),
        ({SIGNATURE: OUTPUT, "value": 3.0}, 3),
        ({SIGNATURE: OUTPUT}, UNKNOWN),
        ({SIGNATURE: SECRET, "value": "s"}, "s"),
        ({SIGNATURE: SECRET, "value": {"k": [4.0]}}, {"k": [4]}),
        ({SIGNATURE: SECRET, "value": {SIGNATURE: OUTPUT}}, UNKNOWN),
        ({SIGNATURE: "another", "path": "a.zip"}, {SIGNATURE: "another", "path": "a.zip"}),
        ({"a": {"b": 1, "__defaults": []}, "__defaults": ["a"]}, {"a": {"b": 1}}),
        ([{"__defaults": []}], [{}]),
        (None, None),
    ],
)
def test_value_of_the_wire_is_read_as_plain_python(wire: Any, plain: Any) -> None:
    read = normalised(wire)
    assert read == plain
    assert type(read) is type(plain)


@pytest.mark.parametrize("wire", [3.0, {"k": 3.0}, [3.0]])
def test_number_inside_a_secret_is_not_shown(wire: Any) -> None:
    assert "3" not in repr(normalised({SIGNATURE: SECRET, "value": wire}))


HOLDER = Node({"text": "a", "number": 1.5, "whole": 2, "flag": True, "list": ["a"], "json": "[]"})
INNER = Node({"inner": HOLDER.value}).object("inner")


@pytest.mark.parametrize(
    ("read", "key", "message"),
    [
        ("text", "whole", "is not a string"),
        ("text", "list", "is not a string"),
        ("integer", "number", "is not an integer"),
        ("integer", "flag", "is not an integer"),
        ("integer", "text", "is not an integer"),
        ("number", "text", "is not a number"),
        ("number", "flag", "is not a number"),
        ("flag", "text", "is not a boolean"),
        ("flag", "whole", "is not a boolean"),
        ("object", "text", "is not an object"),
        ("object", "list", "is not an object"),
        ("items", "text", "is not a list"),
        ("texts", "whole", "is not a string"),
        ("document", "text", "is not valid JSON"),
        ("document", "json", "is not a JSON object"),
        ("document", "whole", "is not a string"),
    ],
)
def test_value_of_another_type_is_an_error_that_names_it(read: str, key: str, message: str) -> None:
    with pytest.raises(MalformedError, match=f"^{key} {message}$"):
        getattr(HOLDER, read)(key)
    with pytest.raises(MalformedError, match=f"^inner.{key} {message}$"):
        getattr(INNER, read)(key)


@pytest.mark.parametrize(
    "read",
    ["text", "integer", "number", "flag", "object", "items", "texts", "document", "is_empty"],
)
def test_unknown_value_is_an_error_that_names_it(read: str) -> None:
    with pytest.raises(UndeterminedError, match=r"^a\.b$"):
        getattr(Node({"a": {"b": UNKNOWN}}).object("a"), read)("b")
    with pytest.raises(UndeterminedError, match=r"^a$"):
        getattr(Node(UNKNOWN, "a"), read)("b")


@pytest.mark.parametrize(
    ("read", "nothing"),
    [
        ("text", None),
        ("integer", None),
        ("number", None),
        ("flag", None),
        ("items", []),
        ("one_or_many", []),
        ("texts", []),
        ("document", None),
        ("is_empty", True),
        ("has", False),
        ("is_unknown", False),
    ],
)
@pytest.mark.parametrize("value", [{}, {"key": None}])
def test_missing_and_null_are_the_same(read: str, nothing: Any, value: dict[str, Any]) -> None:
    assert getattr(Node(value), read)("key") == nothing


def test_missing_object_is_an_empty_one_that_knows_where_it_would_be() -> None:
    missing = Node({}, "a").object("b")
    assert (missing.value, missing.path) == ({}, "a.b")


@pytest.mark.parametrize("value", ["text", 1, True, ["a"]])
def test_what_is_no_object_has_no_properties(value: Any) -> None:
    node = Node(value, "a")
    with pytest.raises(MalformedError, match=r"^a is not an object$"):
        node.child("b")
    with pytest.raises(MalformedError, match=r"^a is not an object$"):
        list(node.members())
    assert not node.has("b")


def test_elements_and_members_know_their_paths() -> None:
    node = Node({"list": ["a", {"b": UNKNOWN}], "one": "c"}, "a")
    assert node.items("list")[0].value == "a"
    assert [item.path for item in node.items("list")] == ["a.list[0]", "a.list[1]"]
    assert [item.value for item in node.one_or_many("one")] == ["c"]
    assert [key for key, _ in node.members()] == ["list", "one"]
    assert [member.path for _, member in node.members()] == ["a.list", "a.one"]


def test_leaves_are_the_scalars_that_are_known() -> None:
    value = {"a": [1, {"b": "x"}], "c": UNKNOWN, "d": None, "e": False}
    assert [(leaf.path, leaf.value) for leaf in Node(value).leaves()] == [
        ("a[0]", 1),
        ("a[1].b", "x"),
        ("e", False),
    ]


def test_document_is_read_from_a_text_or_an_object() -> None:
    for value in ('{"k": 1}', {"k": 1}):
        found = Node({"policy": value}, "a").document("policy")
        assert found is not None
        assert (found.value, found.path) == ({"k": 1}, "a.policy")


def test_document_says_each_thing_once() -> None:
    text = '{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}'
    with pytest.raises(MalformedError, match=r"^a\.policy is not valid JSON$"):
        Node({"policy": text}, "a").document("policy")


@pytest.mark.parametrize("value", [{}, [], ""])
def test_empty_is_empty(value: Any) -> None:
    assert Node({"key": value}).is_empty("key")
    assert not Node({"key": "x"}).is_empty("key")
    assert not Node({"key": 0}).is_empty("key")


def test_unknown_element_is_an_error_that_names_it() -> None:
    with pytest.raises(UndeterminedError, match=r"^list\[1\]$"):
        Node({"list": ["a", UNKNOWN]}).items("list")
