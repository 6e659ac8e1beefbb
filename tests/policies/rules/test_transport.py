"""What providers may be told."""

import json

from tests.policies.kit import (
    PROVIDER,
    UNKNOWN,
    Case,
    Declarations,
    adding,
    check,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)
from tests.policies.kit.cases import Change

_REFUSED = (
    ("http://sqs.us-east-1.amazonaws.com", {"provider-transport"}),
    ("sqs.us-east-1.amazonaws.com", {"provider-transport", "region"}),
    ("https://sqs.us-west-2.amazonaws.com", {"region"}),
    ("https://sqs.example.com", {"region"}),
    ("https://amazonaws.com.example.com", {"region"}),
    ("http://127.0.0.1.example.com", {"provider-transport", "region"}),
    ("http://[::1", {"provider-transport", "region"}),
    ("http://10.0.0.1:4566", {"provider-transport", "region"}),
)
_ALLOWED = (
    "https://sqs.us-east-1.amazonaws.com",
    "https://iam.amazonaws.com",
    "https://s3.dualstack.us-east-1.amazonaws.com",
    "https://lambda.us-east-1.api.aws",
    "http://127.0.0.1:4566",
    "http://localhost:4566",
    "http://[::1]:4566",
)


def _told(**settings: object) -> Change:
    """A provider in the region, told so, as the engine hands it over."""
    texts = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in settings.items()
    }
    return adding("pulumi:providers:aws", "own", **{**PROVIDER, **texts})


CASES = [
    *(
        fails(
            f"the endpoint {address}",
            policy,
            "own",
            _told(endpoints=[{"sqs": address}]),
            "endpoints[0].sqs",
            **{other.replace("-", "_"): {"own"} for other in policies - {policy}},
        )
        for address, policies in _REFUSED
        for policy in sorted(policies)
    ),
    *(
        passes(f"the endpoint {address}", policy, "own", _told(endpoints=[{"sqs": address}]))
        for address in _ALLOWED
        for policy in ("provider-transport", "region")
    ),
    *(
        fails(
            f"a function that calls {address} by {variable}",
            policy,
            "status-function",
            setting("status-function", f"environment.variables.{variable}", address),
            f"environment.variables.{variable} is n",
            **{other.replace("-", "_"): {"status-function"} for other in policies - {policy}},
        )
        for variable, (address, policies) in (
            ("AWS_ENDPOINT_URL", _REFUSED[0]),
            ("AWS_ENDPOINT_URL_SQS", _REFUSED[2]),
            ("AWS_ENDPOINT_URL_DYNAMODB", _REFUSED[-1]),
        )
        for policy in sorted(policies)
    ),
    *(
        passes(
            f"a function that calls {address}",
            policy,
            "status-function",
            setting("status-function", "environment.variables.AWS_ENDPOINT_URL", address),
        )
        for address in _ALLOWED[:1]
        for policy in ("provider-transport", "region")
    ),
    passes(
        "an endpoint that is left out",
        "provider-transport",
        "own",
        _told(endpoints=[{"sqs": None}]),
    ),
    fails("any certificate", "provider-transport", "own", _told(insecure=True), "insecure is true"),
    passes("a certificate", "provider-transport", "own", _told(insecure=False)),
    fails(
        "settings that are no JSON",
        "provider-transport",
        "own",
        _told(insecure="yes"),
        "insecure is not valid JSON",
    ),
    undetermined("provider-transport", "own", "insecure", _told(insecure=UNKNOWN)),
    not_applicable(
        "for a queue", "provider-transport", "processor-queue", lambda s: s, "providers"
    ),
    *(
        fails(
            f"tags that are not seen by {ignored}",
            "resource-tags",
            "own",
            _told(ignoreTags=ignored),
            "ignoreTags lists Team",
        )
        for ignored in ({"keys": ["Team"]}, {"keyPrefixes": ["Te"]})
    ),
    *(
        passes(f"tags beside the company's: {told}", "resource-tags", "own", _told(**told))
        for told in (
            {"ignoreTags": {"keys": ["CostCentre"], "keyPrefixes": ["scan:"]}},
            # A resource's own tags come first, and each carries the company's.
            {"defaultTags": {"tags": {"Team": "Research"}}},
        )
    ),
    undetermined("resource-tags", "own", "ignoreTags", _told(ignoreTags=UNKNOWN)),
]


@parametrized(CASES)
def test_providers(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
