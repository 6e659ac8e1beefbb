"""Changes of logs, alarms, topic and dashboard (MON)."""

from tools.mutation.ownership import equivalent, owned
from tools.mutation.rules.reasons import DEFAULT, OTHER_KIND, REFUSED, STACK_TESTS, STILL_TIED

_A = "MetricAlarm"
_DEAD = "*-dlq-messages-alarm"
_DENY = "policy.Statement[DenyPlainTransport]"
_ALARMS = "policy.Statement[Alarms]"

_LOGS = (
    owned("LogGroup", "retentionInDays", "log-group-retention"),
    owned("LogGroup", "kmsKeyId", "log-group-encryption"),
    owned("LogGroup", "", "api-logs", of="status-access-log-group|status-execution-log-group"),
    owned("LogGroup", "", "function-log-group", also="iam-resources"),
)

_ALARM = (
    equivalent(
        _A,
        "okActions*|treatMissingData",
        "what is told, or taken for granted, when there is nothing to tell",
    ),
    equivalent(_A, "actionsEnabled", DEFAULT, "drop"),
    equivalent(
        _A,
        "period",
        "within the five minutes in which someone is told",
        "*crement|become zero",
        of=_DEAD,
    ),
    equivalent(
        _A,
        "metricQueries|evaluationCriteria|evaluationInterval|evaluationWindow|datapointsToAlarm|"
        "warmUpConfiguration",
        OTHER_KIND,
        "add",
    ),
    owned(_A, "*", "dead-letter-alarm", of=_DEAD),
    equivalent(_A, "*", "an alarm beside those that dead letters need; `tests/stack` holds it"),
)

_TOPIC = (
    owned("Topic", "", "dead-letter-alarm"),
    owned("Topic", "kmsMasterKeyId", "topic-encryption", also="dead-letter-alarm"),
    owned("Topic", "policy", "topic-transport", "drop", also="dead-letter-alarm"),
    owned("Topic", "policy", "topic-transport resource-policy", also="dead-letter-alarm"),
    owned("Topic", "policy.Statement", "resource-policy", "add everyone"),
    owned(
        "Topic",
        f"policy.Statement|{_DENY}.Effect",
        "topic-transport resource-policy",
        also="dead-letter-alarm",
    ),
    owned("Topic", f"{_DENY}.Action*", "topic-transport", "broaden"),
    equivalent("Topic", f"{_DENY}.Action*|{_DENY}.Resource*", REFUSED, "broaden to all|broaden"),
    # Without its condition it denies everyone to publish, CloudWatch too.
    owned("Topic", f"{_DENY}.Condition*", "topic-transport", also="dead-letter-alarm"),
    owned("Topic", f"{_DENY}*", "topic-transport"),
    owned(
        "Topic",
        f"{_ALARMS}.Effect",
        "resource-policy",
        "drop",
        also="dead-letter-alarm topic-transport",
    ),
    owned("Topic", f"{_ALARMS}.Action[]", "resource-policy", "broaden*"),
    owned("Topic", f"{_ALARMS}.Principal*", "resource-policy", also="dead-letter-alarm"),
    equivalent("Topic", f"{_ALARMS}.Condition.*", STILL_TIED, "drop"),
    owned(
        "Topic",
        f"{_ALARMS}.Condition|{_ALARMS}.Condition.*",
        "resource-policy",
        "drop|another account",
        also="dead-letter-alarm",
    ),
    equivalent(
        "Topic", f"{_ALARMS}.Resource[]", "in a topic's own policy, that is itself", "broaden"
    ),
    owned("Topic", f"{_ALARMS}*", "dead-letter-alarm", also="resource-policy"),
    equivalent("Topic", "fifoTopic|contentBasedDeduplication", STACK_TESTS),
    equivalent("Topic", "*SampleRate|maximumMessageSize|signatureVersion", STACK_TESTS, "add"),
)

_DASHBOARD = (
    equivalent(
        "Dashboard",
        "*",
        "a view of metrics that are there without it; `tests/stack` holds what it shows",
    ),
)

RULES = (*_LOGS, *_ALARM, *_TOPIC, *_DASHBOARD)
