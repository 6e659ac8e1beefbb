"""The brief's clauses, numbered, and what proves those that no policy can check."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """One clause.

    Attributes:
        id: Its number.
        clause: What it asks for.
        hard: Whether it is a hard constraint, which a policy has to enforce.
        proof: For what no policy can check, or not alone: what proves it.
    """

    id: str
    clause: str
    hard: bool = False
    proof: str = ""

    def introduction(self) -> dict[str, str | bool]:
        """All that a report says of it."""
        return {"id": self.id, "text": self.clause, "constraint": self.hard, "proof": self.proof}


def _hard(id_: str, clause: str, proof: str = "") -> Requirement:
    return Requirement(id=id_, clause=clause, hard=True, proof=proof)


def _soft(id_: str, clause: str, proof: str) -> Requirement:
    return Requirement(id=id_, clause=clause, proof=proof)


REQUIREMENTS: tuple[Requirement, ...] = (
    _hard("S3-1", "The bucket keeps versions"),
    _hard("S3-2", "All objects go to Glacier after exactly 90 days"),
    _hard("S3-3", "A created object triggers the validator"),
    _hard("S3-4", "The bucket encrypts on the server's side"),
    _soft(
        "FN-1",
        "A validator, a processor, an aggregator, and a function that answers status queries",
        "`tests/stack` (the four functions are declared) and `tests/integration` (each does its "
        "part)",
    ),
    _hard("FN-2", "Every function runs Go 1.x, on the runtime that AWS maintains for it"),
    _hard("FN-3", "Every function has exactly 512 MB"),
    _hard("FN-4", "Every function's logs are kept for exactly 7 days"),
    _hard(
        "FN-5",
        "Every function has a role of its own with the least privilege",
        "beside the policies, that the rights suffice: `tests/integration`, with IAM enforced",
    ),
    _soft(
        "FN-6",
        "Errors are handled, logged and retried",
        "`handlers` (unit tests) and `tests/integration` (a poison message)",
    ),
    _hard("MQ-1", "FIFO queues join the functions; every queue is FIFO"),
    _hard("MQ-2", "Every function has a dead-letter queue"),
    _hard("MQ-3", "A message is dead-lettered after exactly three attempts"),
    _soft(
        "MQ-4",
        "Order is kept throughout; market data is processed in sequence",
        "`handlers` (feed tests) and `tests/integration` (order within a feed)",
    ),
    _soft("DB-1", "A DynamoDB table tracks processing", "`tests/stack` and `tests/integration`"),
    _hard("DB-2", "The table's TTL is on"),
    _hard("DB-3", "The table is billed on demand"),
    _hard("DB-4", "The table can be recovered to a point in time"),
    _soft(
        "API-1",
        "A REST API answers partners with the status of a file",
        "`tests/stack` (the routes) and `tests/integration` (status over HTTP)",
    ),
    _hard("API-2", "The API is throttled at exactly 1000 requests per second"),
    _soft("API-3", "The API calls a Lambda function", "`tests/stack` and `tests/integration`"),
    _hard("API-4", "Web pages of other origins may ask"),
    _hard("MON-1", "Detailed monitoring is on wherever there is a switch for it"),
    _hard("MON-2", "Every log group is kept for exactly 7 days"),
    _hard("ORG-1", "Everything is tagged Environment=Production and Team=Analytics"),
    _hard("ORG-2", "Every name is {resource-type}-{environmentSuffix}"),
    _hard("ORG-3", "Everything is in us-east-1"),
    _hard(
        "ORG-4",
        "Everything can be destroyed, and nothing is retained",
        "beside the policy, `retainOnDelete` and `deletedWith`, which no policy sees: the plan "
        "gate of `pipeline check`; and that nothing stays: `tests/local`",
    ),
    _hard("SEC-1", "Everything is encrypted at rest"),
    _hard("SEC-2", "Everything is encrypted in transit"),
    _hard("SEC-3", "No credential in code, configuration, state or logs"),
    _hard("SEC-4", "No VPC: managed services alone"),
    _soft(
        "SCALE-1",
        "Serverless: capacity and cost follow the load, down to nothing",
        "the bench's burst of files",
    ),
    _soft("DEL-1", "All infrastructure is Pulumi in Python", "`stack/`, and `allowed-types`"),
    _soft("DEL-2", "Unit tests for every component", "`tests/stack`"),
    _soft(
        "DEL-3",
        "Integration tests read `cfn-outputs/flat-outputs.json`",
        "`tests/integration`, which reads nothing else to find a deployment",
    ),
    _soft(
        "DEL-4",
        "Documentation of deployment and architecture",
        "`README.md`, `docs/architecture.md`, `docs/operations.md`",
    ),
    _soft(
        "GOV-1",
        "The stack is deployed under a Python policy pack that checks every hard constraint",
        "`tests/policies`: each policy is shown to pass, fail, not apply and be undetermined",
    ),
    _soft("GOV-2", "Compliance reports in continuous integration", "`tests/compliance`"),
    _soft("GOV-3", "Policy unit tests", "`tests/policies`"),
    _soft("GOV-4", "Checkov is among the checks", "`pipeline check --checkov`, `tests/compliance`"),
)
