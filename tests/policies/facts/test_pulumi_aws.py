"""What pulumi-aws says of its types."""

import pytest

from policies.facts import pulumi_aws


@pytest.mark.parametrize(
    ("token", "taggable"),
    [
        ("aws:sqs/queue:Queue", True),
        ("aws:lambda/eventSourceMapping:EventSourceMapping", True),
        ("aws:s3/bucketVersioning:BucketVersioning", False),
        ("aws:iam/rolePolicy:RolePolicy", False),
    ],
)
def test_the_sdk_says_what_is_taggable(token: str, *, taggable: bool) -> None:
    assert ("tags" in pulumi_aws.properties(token)) is taggable


@pytest.mark.parametrize(
    "token",
    ["aws:sqs/nothing:Nothing", "aws:nowhere/queue:Queue", "pulumi:providers:aws", "queue", ""],
)
def test_the_sdk_is_asked_in_vain_for_a_type_it_lacks(token: str) -> None:
    with pytest.raises(pulumi_aws.UnknownTypeError, match=f"^{token}$"):
        pulumi_aws.properties(token)
