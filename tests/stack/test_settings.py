"""Settings are read from the configuration, and every wrong one is refused by name."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

import formats
from stack import feeds, settings
from stack.feeds import FeedSettings
from stack.settings import AnalystSettings, PartnerSettings, Settings, SettingsError
from tests.stack.recorder import ACCOUNT, record

ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def read(config: Mapping[str, object] | None = None, stack: str = "dev") -> Settings:
    """The settings under `config`, whose keys are the program's own unless they carry a colon."""
    found: list[Settings] = []
    full = {
        key if ":" in key else f"{settings.NAMESPACE}:{key}": (
            value if isinstance(value, str) else json.dumps(value)
        )
        for key, value in ({"aws:region": "us-east-1"} | dict(config or {})).items()
    }
    record(lambda: found.append(settings.read(ACCOUNT)), full, stack)
    return found[0]


@pytest.fixture(autouse=True)
def _no_suffix_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(settings.SUFFIX_VARIABLE, raising=False)


def test_everything_has_a_default() -> None:
    assert read() == Settings(
        region="us-east-1",
        suffix="dev",
        architecture="arm64",
        partners=(),
        analysts=(),
        feeds=(),
        allowed_origins=("*",),
        alarm_email=None,
    )


def test_everything_can_be_set() -> None:
    role = "arn:aws:iam::210987654321:role/team/uploader"
    assert read(
        {
            "environmentSuffix": "blue-2",
            "architecture": "x86_64",
            "partners": {"globex": {"principal": role, "externalId": "g-7"}, "acme": {}},
            "analysts": {
                "fund": {"principal": role, "externalId": "f-1", "partners": ["globex", "acme"]},
                "desk": {},
            },
            "feeds": {
                "globex/*": {"format": "binance-trades", "order": "arrival"},
                "acme/power": {
                    "day": {"zone": "America/New_York", "begins": "18:00"},
                    "nonPositivePrices": True,
                },
            },
            "allowedOrigins": ["https://a.example.com", "http://localhost:8080"],
            "alarmEmail": "oncall@example.com",
        }
    ) == Settings(
        region="us-east-1",
        suffix="blue-2",
        architecture="x86_64",
        partners=(
            PartnerSettings(name="acme", principal=ROOT),
            PartnerSettings(name="globex", principal=role, external_id="g-7"),
        ),
        analysts=(
            AnalystSettings(name="desk", principal=ROOT),
            AnalystSettings(
                name="fund", principal=role, external_id="f-1", partners=("acme", "globex")
            ),
        ),
        feeds=(
            FeedSettings(
                name="acme/power",
                format=formats.find("canonical"),
                day={"zone": "America/New_York", "begins": "18:00"},
                non_positive_prices=True,
            ),
            FeedSettings(name="globex/*", format=formats.find("binance-trades"), order="arrival"),
        ),
        allowed_origins=("https://a.example.com", "http://localhost:8080"),
        alarm_email="oncall@example.com",
    )


def test_the_configured_suffix_wins_over_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.SUFFIX_VARIABLE, "from-variable")
    assert read({"environmentSuffix": "from-config"}).suffix == "from-config"


def test_the_variable_wins_over_the_stack_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.SUFFIX_VARIABLE, "from-variable")
    assert read().suffix == "from-variable"


def test_the_region_is_taken_as_configured_because_the_pack_judges_it() -> None:
    assert read({"aws:region": "us-west-2"}).region == "us-west-2"


def test_a_missing_region_is_refused_with_the_command_that_sets_it() -> None:
    with pytest.raises(SettingsError, match="pulumi config set aws:region us-east-1"):
        read({"aws:region": ""})


@pytest.mark.parametrize("suffix", ["a", "7", "dev", "a-b", "a" * 20])
def test_a_suffix_of_lower_case_digits_and_inner_hyphens_is_accepted(suffix: str) -> None:
    assert read({"environmentSuffix": suffix}).suffix == suffix


@pytest.mark.parametrize("suffix", ["Dev", "-dev", "dev-", "de_v", "a" * 21, "dev\n", "dév"])
def test_any_other_suffix_is_refused_by_value_and_rule(suffix: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read({"environmentSuffix": suffix})
    assert repr(suffix) in str(refused.value)
    assert "1 to 20 of a-z, 0-9 and '-'" in str(refused.value)


def test_a_stack_name_that_makes_no_suffix_is_refused_as_such() -> None:
    with pytest.raises(SettingsError, match="the stack's name is 'Big_Stack'"):
        read(stack="Big_Stack")


def test_a_partner_whose_role_name_iam_would_refuse_is_refused_first() -> None:
    suffix = {"environmentSuffix": "a" * 20}
    assert read(suffix | {"partners": {"p" * 30: {}}}).partners[0].name == "p" * 30
    with pytest.raises(SettingsError, match="at most 30 characters beside the suffix"):
        read(suffix | {"partners": {"p" * 31: {}}})


def test_the_example_of_a_stack_on_aws_is_accepted() -> None:
    example = yaml.safe_load((Path(__file__).parents[2] / "Pulumi.production.yaml").read_text())
    found = read(example["config"])
    assert found.region == "us-east-1"
    assert [partner.name for partner in found.partners] == ["acme", "globex"]


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("architecture", "arm", "must be one of arm64, x86_64"),
        ("partners", [], "must be an object of partners by name"),
        ("partners", "{", "must be a JSON object or list"),
        ("partners", {"Acme": {}}, "'Acme', but must be named by 1 to 40"),
        ("partners", {"123": {}}, "not digits alone"),
        ("partners", {"a" * 41: {}}, "1 to 40"),
        ("partners", {"acme": None}, "partners.acme has None"),
        ("partners", {"acme": {"role": "x"}}, "made of principal and externalId alone"),
        ("partners", {"acme": {"principal": "*"}}, "partners.acme.principal has '*'"),
        ("partners", {"acme": {"principal": 7}}, "the ARN of a root, user or role"),
        ("partners", {"acme": {"externalId": ""}}, "partners.acme.externalId has ''"),
        ("partners", {"acme": {"externalId": 7}}, "a text of 2 to 1224"),
        ("analysts", [], "must be an object of analysts by name"),
        ("analysts", {"Desk": {}}, "'Desk', but must be named by 1 to 40"),
        ("analysts", {"desk": None}, "an object of principal, externalId and partners"),
        ("analysts", {"desk": {"role": "x"}}, "made of principal, externalId and partners alone"),
        ("analysts", {"desk": {"principal": "*"}}, "analysts.desk.principal has '*'"),
        ("analysts", {"desk": {"partners": ["acme"]}}, "(none are configured)"),
        ("analysts", {"desk": {"partners": []}}, "leave it out for all of them"),
        ("analysts", {"desk": {"partners": "acme"}}, "a list of the stack's partners"),
        ("analysts", {"desk": {"partners": [{}]}}, "a list of the stack's partners"),
        ("feeds", [], "an object of feeds by partner/feed or partner/*"),
        ("feeds", {"acme": {}}, "'acme', but must be named partner/feed or partner/*"),
        ("feeds", {"acme/p/x": {}}, "partner/feed"),
        ("feeds", {"*/us": {}}, "partner/feed"),
        ("feeds", {"acme/7": {}}, "not digits alone"),
        ("feeds", {"acme/us": []}, "an object of format, order, day, nonPositivePrices"),
        ("feeds", {"acme/us": {"fromat": "x"}}, "feeds.acme/us has 'fromat'"),
        ("feeds", {"acme/us": {"format": "nobodys"}}, "the name of a format in formats/: "),
        ("feeds", {"acme/us": {"format": ["canonical"]}}, "the name of a format in formats/: "),
        ("feeds", {"acme/us": {"order": "random"}}, "one of sequence, arrival"),
        ("feeds", {"acme/us": {"day": "UTC"}}, "an object of zone and begins"),
        ("feeds", {"acme/us": {"day": {"zone": "UTC", "ends": "17:00"}}}, "zone and begins"),
        ("feeds", {"acme/us": {"day": {"zone": "Atlantis/City"}}}, "Atlantis/City"),
        ("feeds", {"acme/us": {"day": {"zone": "UTC", "begins": "25:00"}}}, "25:00"),
        ("feeds", {"acme/us": {"nonPositivePrices": "yes"}}, "true or false"),
        ("allowedOrigins", [], "at least one origin"),
        ("allowedOrigins", ["*", "https://a.example.com"], "or '*' alone"),
        ("allowedOrigins", ["https://a.example.com/"], "origins such as https://example.com"),
        ("allowedOrigins", ["https://a.example.com' x"], "origins such as https://example.com"),
        ("alarmEmail", "nobody", "an e-mail address"),
    ],
)
def test_a_wrong_value_is_refused_by_key_value_and_rule(
    key: str, value: object, complaint: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read({key: value})
    assert f"{settings.NAMESPACE}:{key}" in str(refused.value)
    assert complaint in str(refused.value)


def test_without_the_program_that_checks_declarations_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(feeds, "PROGRAM", tmp_path / "inspect")
    assert read({}).feeds == ()
    with pytest.raises(SettingsError, match="run `make functions`"):
        read({"feeds": {"acme/us": {}}})
