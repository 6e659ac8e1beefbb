"""What a preview shows, with no emulator to ask."""

import json
import re

from local.provider.properties import UNKNOWN
from tests.local.kit import NOWHERE, Program


def test_inputs_and_defaults_are_known_and_what_aws_assigns_is_not(offline: Program) -> None:
    offline.write("""
        queue = aws.sqs.Queue("q", name="q", tags={"Team": "Analytics"})
        pulumi.export("name", queue.name)
        pulumi.export("timeout", queue.visibility_timeout_seconds)
        pulumi.export("region", queue.region)
        pulumi.export("team", queue.tags_all["Team"])
        pulumi.export("arn", queue.arn)
    """)
    said = offline.done("preview")
    shown = dict(re.findall(r"^ +(\w+) *: (.*)$", said.split("Outputs:")[1], re.MULTILINE))
    assert shown == {
        "name": '"q"',
        "timeout": "30",
        "region": '"us-east-1"',
        "team": '"Analytics"',
        "arn": "[unknown]",
    }


def test_a_policy_that_is_given_as_an_object_becomes_its_text(offline: Program) -> None:
    steps = offline.steps("""
        policy = {"Version": "2012-10-17", "Statement": []}
        queue = aws.sqs.Queue("q", name="q")
        aws.iam.Role("r", name="r", assume_role_policy=policy)
        aws.sqs.QueuePolicy("p", queue_url="u", policy={**policy, "Id": queue.arn})
    """)
    inputs = {step["newState"]["urn"].rsplit("::", 1)[1]: step["newState"] for step in steps}
    text = inputs["r"]["inputs"]["assumeRolePolicy"]
    assert json.loads(text) == {"Version": "2012-10-17", "Statement": []}
    assert inputs["p"]["inputs"]["policy"] == UNKNOWN


def test_the_account_region_and_partition_are_known(offline: Program) -> None:
    offline.write("""
        pulumi.export("account", aws.get_caller_identity().account_id)
        pulumi.export("region", aws.get_region().region)
        pulumi.export("partition", aws.get_partition().partition)
    """)
    said = offline.done("preview")
    assert re.search(r'account *: "000000000000"', said)
    assert re.search(r'region *: "us-east-1"', said)
    assert re.search(r'partition *: "aws"', said)


def test_a_type_that_is_not_known_is_an_honest_error(offline: Program) -> None:
    offline.write('aws.ssm.Parameter("p", type="String", value="v")')
    said = offline.refused("preview")
    assert "aws:ssm/parameter:Parameter is not known to the local provider" in said
    assert "--official-plugins" in said


def test_a_function_that_is_not_known_is_an_honest_error(offline: Program) -> None:
    offline.write("aws.get_availability_zones()")
    said = offline.refused("preview")
    assert "getAvailabilityZones is not known to the local provider" in said


def test_a_provider_setting_that_is_not_known_is_an_honest_error(offline: Program) -> None:
    offline.write("""
        other = aws.Provider("p", region="us-east-1", profile="production")
        aws.sqs.Queue("q", opts=pulumi.ResourceOptions(provider=other))
    """)
    assert "aws:profile is not known to the local provider" in offline.refused("preview")


def test_a_deployment_without_the_emulator_says_what_to_start(offline: Program) -> None:
    offline.write('aws.sqs.Queue("q")')
    said = offline.refused("up", "--yes", "--skip-preview")
    assert f"creating q: nothing answers at {NOWHERE}" in said
    assert "pipeline up" in said
