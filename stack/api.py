"""The REST API that answers what became of a file (API-1 to API-4)."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from stack.api_logs import ApiLogs, ApiLogsArgs, access_log_format
from stack.function import Function
from stack.key import Key
from stack.names import Names
from stack.routes import Routes, RoutesArgs
from stack.tags import TAGS

RATE: Final = 1000  # requests per second
# The bucket of tokens holds one second's worth: a caller that was silent may spend it at once,
# and no second ever serves more than twice the rate.
BURST: Final = 1000


@dataclass(frozen=True, kw_only=True)
class ApiArgs:
    """Arguments of Api.

    Attributes:
        names: the stack's names.
        key: the key that encrypts the logs.
        function: the function that answers.
        allowed_origins: web origins that may call; `*` alone for any.
    """

    names: Names
    key: Key
    function: Function
    allowed_origins: tuple[str, ...]


class Api(pulumi.ComponentResource):
    """A regional REST API with one throttled, logged and traced stage.

    Attributes:
        id: the API's identifier, which AWS assigns.
        url: where the stage answers, without a slash at the end.
    """

    def __init__(
        self, name: str, args: ApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Api", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        names = args.names
        api = aws.apigateway.RestApi(
            name,
            name=names.of(name),
            description="What became of a partner's file",
            endpoint_configuration={"types": "REGIONAL"},
            # Left alone, a regional API still talks TLS 1.0.
            security_policy="SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
            endpoint_access_mode="STRICT",
            tags=TAGS,
            opts=child,
        )
        routes = Routes(
            "status-routes",
            RoutesArgs(
                names=names, api=api, function=args.function, allowed_origins=args.allowed_origins
            ),
            opts=child,
        )
        logs = ApiLogs(
            "status-logs", ApiLogsArgs(names=names, key=args.key, api_id=api.id), opts=child
        )
        deployment = aws.apigateway.Deployment(
            "status-deployment",
            rest_api=api.id,
            triggers={"routes": routes.fingerprint},
            opts=pulumi.ResourceOptions(parent=self, depends_on=routes.parts),
        )
        stage = aws.apigateway.Stage(
            "status-stage",
            rest_api=api.id,
            deployment=deployment.id,
            stage_name=names.api_stage,
            xray_tracing_enabled=True,
            access_log_settings={
                "destination_arn": names.log_group_arn(names.api_access_log_group),
                "format": access_log_format(),
            },
            tags=TAGS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs]),
        )
        aws.apigateway.MethodSettings(
            "status-method-settings",
            rest_api=api.id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={
                "throttling_rate_limit": RATE,
                "throttling_burst_limit": BURST,
                "metrics_enabled": True,
                "logging_level": "INFO",
                "data_trace_enabled": False,  # the bodies of partners' answers stay out of logs
            },
            opts=child,
        )
        self.id = api.id
        self.url = api.id.apply(
            lambda api_id: (
                f"https://{api_id}.execute-api.{names.region}.amazonaws.com/{names.api_stage}"
            )
        )
        self.register_outputs({"id": self.id, "url": self.url})
