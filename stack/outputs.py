"""The stack's outputs: flat texts, enough for any client (docs/architecture.md lists them)."""

from collections.abc import Mapping

import pulumi

from stack.names import Names
from stack.pipeline import FUNCTIONS, QUEUED, Pipeline
from stack.settings import Settings


def of(pipeline: Pipeline, names: Names, settings: Settings) -> Mapping[str, pulumi.Input[str]]:
    """The outputs of one stack, by name."""
    return {
        "environmentSuffix": names.suffix,
        "region": names.region,
        "accountId": names.account,
        "bucketName": names.bucket,
        "tableName": names.table,
        "kmsKeyArn": pipeline.key.arn,
        "kmsKeyAlias": names.key_alias,
        **{f"{function}QueueUrl": names.queue_url(f"{function}-queue") for function in QUEUED},
        **{f"{function}DlqUrl": names.queue_url(f"{function}-dlq") for function in FUNCTIONS},
        **{f"{function}FunctionName": names.function(function) for function in FUNCTIONS},
        **{f"{function}RoleName": names.of(f"{function}-role") for function in FUNCTIONS},
        "statusApiId": pipeline.api.id,
        "statusApiStage": names.api_stage,
        "statusApiUrl": pipeline.api.url,
        "alarmTopicArn": pipeline.monitoring.topic_arn,
        "dashboardName": pipeline.monitoring.dashboard_name,
        "partners": ",".join(partner.name for partner in settings.partners),
        **{
            f"partnerRoleArn-{settings.name}": partner.arn
            for settings, partner in zip(settings.partners, pipeline.partners, strict=True)
        },
        "analysts": ",".join(analyst.name for analyst in settings.analysts),
        **{
            f"analystRoleArn-{one.name}": analyst.arn
            for one, analyst in zip(settings.analysts, pipeline.analysts, strict=True)
        },
    }
