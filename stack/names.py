"""Physical names and the ARNs that follow from them.

Everything here is plain text computed from account, region and suffix. An ARN taken from
another resource's output would be unknown at preview, and with it every policy document and
redrive policy built on it (decision 0001).
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of one stack: `{resource-type}-{suffix}` (ORG-2).

    Attributes:
        account: the 12-digit AWS account number.
        region: the AWS region's code.
        suffix: the environment suffix, already validated.
    """

    account: str
    region: str
    suffix: str

    def of(self, resource: str) -> str:
        """The physical name of a resource, such as `uploads-bucket-dev`."""
        return f"{resource}-{self.suffix}"

    def fifo(self, resource: str) -> str:
        """The physical name of a FIFO queue: AWS wants `.fifo` at the very end."""
        return f"{self.of(resource)}.fifo"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a regional resource, `resource` written as that service writes it."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    @property
    def account_root(self) -> str:
        """The principal that stands for whatever the account's own IAM policies allow."""
        return f"arn:aws:iam::{self.account}:root"

    @property
    def key_alias(self) -> str:
        """The alias under which the stack's KMS key is known."""
        return f"alias/{self.of('pipeline-key')}"

    @property
    def key_alias_arn(self) -> str:
        """The alias in the form that S3, SQS, SNS and EventBridge take for the key."""
        return self.arn("kms", self.key_alias)

    @property
    def any_key_arn(self) -> str:
        """Every key of the account; used only together with a condition on the alias."""
        return self.arn("kms", "key/*")

    @property
    def bucket(self) -> str:
        """The name of the uploads bucket."""
        return self.of("uploads-bucket")

    @property
    def bucket_arn(self) -> str:
        """The ARN of the uploads bucket (S3 writes neither region nor account)."""
        return f"arn:aws:s3:::{self.bucket}"

    @property
    def table(self) -> str:
        """The name of the status table."""
        return self.of("status-table")

    @property
    def table_arn(self) -> str:
        """The ARN of the status table."""
        return self.arn("dynamodb", f"table/{self.table}")

    @property
    def failures_bus(self) -> str:
        """The name of the event bus that takes what asynchronous functions gave up."""
        return self.of("failures-bus")

    @property
    def failures_bus_arn(self) -> str:
        """The ARN of the bus of failures."""
        return self.arn("events", f"event-bus/{self.failures_bus}")

    @property
    def alarms_topic_arn(self) -> str:
        """The ARN of the topic that every alarm publishes to."""
        return self.arn("sns", self.of("alarms-topic"))

    @property
    def any_alarm_arn(self) -> str:
        """Every alarm of this stack, as a pattern."""
        return self.arn("cloudwatch", f"alarm:{self.of('*')}")

    @property
    def api_stage(self) -> str:
        """The name of the status API's stage."""
        return self.of("status-stage")

    def failures_rule(self, function: str) -> str:
        """The name of the rule that takes a function's failures to its dead-letter queue."""
        return self.of(f"{function}-failures-rule")

    def failures_rule_arn(self, function: str) -> str:
        """The ARN of that rule, which carries its bus."""
        return self.arn("events", f"rule/{self.failures_bus}/{self.failures_rule(function)}")

    def queue_arn(self, queue: str) -> str:
        """The ARN of a FIFO queue, such as `processor-queue` or `status-dlq`."""
        return self.arn("sqs", self.fifo(queue))

    def queue_url(self, queue: str) -> str:
        """The URL under which SQS knows a FIFO queue."""
        return f"https://sqs.{self.region}.amazonaws.com/{self.account}/{self.fifo(queue)}"

    def function(self, function: str) -> str:
        """The name of a function: `validator` gives `validator-function-dev`."""
        return self.of(f"{function}-function")

    def function_arn(self, function: str) -> str:
        """The unqualified ARN of a function."""
        return self.arn("lambda", f"function:{self.function(function)}")

    def role_arn(self, role: str) -> str:
        """The ARN of a role, `role` without the suffix: `validator-role`."""
        return f"arn:aws:iam::{self.account}:role/{self.of(role)}"

    def function_log_group(self, function: str) -> str:
        """The log group that Lambda expects for a function."""
        return f"/aws/lambda/{self.function(function)}"

    @property
    def api_access_log_group(self) -> str:
        """The log group of the API's access log."""
        return f"/aws/apigateway/{self.of('status-access')}"

    def api_execution_log_group(self, api_id: str) -> str:
        """The log group whose name API Gateway fixes; `*` for `api_id` matches any API's."""
        return f"API-Gateway-Execution-Logs_{api_id}/{self.api_stage}"

    def log_group_arn(self, log_group: str) -> str:
        """The ARN of a log group, as resources (not as policies) write it."""
        return self.arn("logs", f"log-group:{log_group}")

    def invocation_arn(self, method: str, path: str) -> str:
        """The ARN of calls to this stack's status API.

        `*` stands for the API's identifier, which AWS assigns at creation; the stage's name
        belongs to this stack alone.
        """
        return self.arn("execute-api", f"*/{self.api_stage}/{method}/{path}")
