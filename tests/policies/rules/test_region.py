"""One region."""

from tests.policies.kit import (
    ACCOUNT,
    PROVIDER,
    UNKNOWN,
    Case,
    Declarations,
    adding,
    check,
    declare,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

FUNCTION = "processor-function"


BUCKET = "uploads-bucket"


TAGS = {"Environment": "Production", "Team": "Analytics"}


SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


CASES = [
    fails(
        "a resource of its own in another region",
        "region",
        FUNCTION,
        setting(FUNCTION, "region", "us-west-2"),
        "region is not us-east-1",
    ),
    *(
        fails(title, "region", name, change, message)
        for title, name, change, message in (
            (
                "a target in another region",
                "sent",
                adding(
                    "aws:cloudwatch/eventTarget:EventTarget",
                    "sent",
                    arn=f"arn:aws:events:us-west-2:{ACCOUNT}:event-bus/elsewhere",
                    rule="any",
                ),
                "arn is not in us-east-1",
            ),
            (
                "a subscriber in another region",
                "sent",
                adding(
                    SUBSCRIPTION,
                    "sent",
                    protocol="sqs",
                    endpoint=f"arn:aws:sqs:us-west-2:{ACCOUNT}:elsewhere",
                ),
                "endpoint is not in us-east-1",
            ),
            (
                "answers sent to another region",
                "validator-invoke",
                setting(
                    "validator-invoke",
                    "destinationConfig.onSuccess",
                    {"destination": f"arn:aws:sqs:us-west-2:{ACCOUNT}:elsewhere"},
                ),
                "destinationConfig.onSuccess.destination is not in us-east-1",
            ),
            (
                "uploads by way of CloudFront",
                BUCKET,
                setting(BUCKET, "accelerationStatus", "Enabled"),
                "accelerationStatus is Enabled",
            ),
        )
    ),
    *(
        passes(
            f"the subscriber {endpoint}",
            "region",
            "sent",
            adding(SUBSCRIPTION, "sent", protocol=protocol, endpoint=endpoint),
        )
        for protocol, endpoint in (
            ("email", "someone@example.com"),
            ("sqs", f"arn:aws:sqs:us-east-1:{ACCOUNT}:here"),
        )
    ),
    undetermined(
        "known-destination",
        "sent",
        "endpoint",
        adding(SUBSCRIPTION, "sent", protocol="sqs", endpoint=UNKNOWN),
    ),
    not_applicable("no answers sent on", "known-destination", "validator-invoke", lambda s: s),
    fails(
        "a target that names nothing",
        "known-destination",
        "sent",
        adding("aws:cloudwatch/eventTarget:EventTarget", "sent", rule="any"),
    ),
    fails(
        "a provider in another region",
        "region",
        FUNCTION,
        lambda s: s.under(FUNCTION, region="us-west-2"),
    ),
    fails(
        "a declared provider in another region",
        "region",
        "west",
        lambda s: s.add(
            declare("pulumi:providers:aws", "west", **{**PROVIDER, "region": "us-west-2"})
        ),
    ),
    passes(
        "a declared provider in the region",
        "region",
        "east",
        lambda s: s.add(declare("pulumi:providers:aws", "east", **PROVIDER)),
    ),
    fails(
        "a provider without region",
        "region",
        "anywhere",
        lambda s: s.add(
            declare("pulumi:providers:aws", "anywhere", **{**PROVIDER, "region": None})
        ),
    ),
    undetermined("region", FUNCTION, "region"),
    fails(
        "a replica, inline",
        "region",
        BUCKET,
        setting(BUCKET, "replicationConfiguration", {"role": "x"}),
    ),
]


@parametrized(CASES)
def test_region(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
