"""What answers the API."""

from tests.policies.baseline import arn
from tests.policies.kit import (
    Case,
    Change,
    Declarations,
    check,
    declare,
    dropping,
    fails,
    hiding,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
    without,
)

RULE = "api-function"
GET = "get-method"
INTEGRATION = "get-integration"
PERMISSION = "api-permission"
API = "status-api"


def _calling(region: str, function: str) -> Change:
    uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations"
    return setting(INTEGRATION, "uri", uri)


def _covering(call: str) -> Change:
    return setting(PERMISSION, "sourceArn", arn("execute-api", call))


def _below(stack: Declarations) -> Declarations:
    """GET and OPTIONS move to a resource below the one that they were on."""
    path = declare(
        "aws:apigateway/resource:Resource",
        "partner-path",
        **{**stack["status-path"].inputs, "pathPart": "{partner}"},
    )
    stack = stack.add(path).redepend("partner-path", "parentId", (stack["status-path"].urn,))
    for name in (
        *(GET, INTEGRATION, "options-method", "options-integration"),
        *("options-response", "options-headers"),
    ):
        stack = stack.redepend(name, "resourceId", (path.urn,))
    return stack


CASES = [
    fails(
        "a method of a path of elsewhere",
        "api-function",
        "get-method",
        lambda s: s.set("get-method", "resourceId", "abc").redepend("get-method", "resourceId", ()),
        "resourceId is no resource",
        api_cors={"get-method"},
    ),
    *(
        fails(title, RULE, GET, change, message)
        for title, change, message in (
            ("no integration", without(INTEGRATION), "exactly one"),
            (
                "an integration of another verb",
                setting(INTEGRATION, "httpMethod", "HEAD"),
                "exactly one",
            ),
            (
                "two integrations",
                lambda s: s.add(
                    declare(s[INTEGRATION].type, "again", **s[INTEGRATION].inputs)
                ).redepend("again", "resourceId", (s["status-path"].urn,)),
                "exactly one",
            ),
            ("a mock", setting(INTEGRATION, "type", "MOCK"), "AWS_PROXY"),
            ("a plain call", setting(INTEGRATION, "type", "AWS"), "AWS_PROXY"),
            ("GET to Lambda", setting(INTEGRATION, "integrationHttpMethod", "GET"), "POST"),
            ("no verb to Lambda", dropping(INTEGRATION, "integrationHttpMethod"), "POST"),
            ("no function", dropping(INTEGRATION, "uri"), "no function"),
            ("an address", setting(INTEGRATION, "uri", "https://example.com"), "no function"),
            (
                "a function of elsewhere",
                _calling("us-east-1", arn("lambda", "function:other-dev")),
                "no function",
            ),
            (
                "a queue",
                _calling("us-east-1", arn("sqs", "processor-queue-dev.fifo")),
                "no function",
            ),
            (
                "another region",
                _calling("us-west-2", arn("lambda", "function:status-function-dev")),
                "no function",
            ),
            (
                "a function that the API may not call",
                _calling("us-east-1", arn("lambda", "function:validator-function-dev")),
                "no Permission",
            ),
            ("no permission", without(PERMISSION), "no Permission"),
            (
                "an API of elsewhere",
                lambda s: s.set(GET, "restApi", "other").redepend(GET, "restApi", ()),
                "no Permission",
            ),
            ("another verb", _covering("*/status-stage-dev/HEAD/status"), "no Permission"),
            ("another path", _covering("*/status-stage-dev/GET/status/*"), "no Permission"),
            (
                "another service that may call",
                setting(PERMISSION, "principal", "s3.amazonaws.com"),
                "no Permission",
            ),
            (
                "a version that may be called",
                setting(PERMISSION, "qualifier", "1"),
                "no Permission",
            ),
        )
    ),
    fails(
        "another stage",
        RULE,
        GET,
        _covering("*/other-dev/GET/status"),
        "no Permission",
        function_permission={PERMISSION},
    ),
    fails(
        "no endpoint",
        RULE,
        API,
        setting(API, "disableExecuteApiEndpoint", True),
        "nothing answers",
    ),
    *(
        passes(f"a permission on {call}", RULE, GET, _covering(call))
        for call in ("*/status-stage-dev/*", "abc123/*/GET/status", "abc123/status-stage-dev/GET/*")
    ),
    passes(
        "a path below another",
        RULE,
        GET,
        lambda s: _covering("*/status-stage-dev/GET/status/{partner}")(_below(s)),
    ),
    fails("a path below another, uncovered", RULE, GET, _below, "no Permission"),
    *(
        undetermined(RULE, GET, path, hiding(INTEGRATION, path))
        for path in ("uri", "type", "integrationHttpMethod")
    ),
    undetermined(RULE, API, "disableExecuteApiEndpoint"),
    not_applicable("for OPTIONS", RULE, "options-method", lambda s: s, "CORS"),
]


@parametrized(CASES)
def test_function_of_the_api(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
