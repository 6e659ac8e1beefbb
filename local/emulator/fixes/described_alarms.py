"""CloudWatch: alarms described in full.

The stock emulator keeps an alarm whole, but describes it in the query protocol, which Terraform's
provider speaks, without period, statistic, dimensions, actions and more.

AWS describes all that was put.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from ministack.services import cloudwatch

_TEXTS = ("AlarmDescription", "Statistic", "ExtendedStatistic", "TreatMissingData", "Unit")
_LISTS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def _left_out(alarm: dict[str, Any]) -> str:
    """What stock leaves out of an alarm's description."""
    said = {name: alarm[name] for name in _TEXTS if alarm.get(name)}
    if alarm.get("ExtendedStatistic"):
        said.pop("Statistic", None)
    if alarm.get("MetricName"):
        said["Period"] = alarm["Period"]
    said["ActionsEnabled"] = "true" if alarm["ActionsEnabled"] else "false"
    lists = {
        name: "".join(f"<member>{escape(item)}</member>" for item in alarm.get(name) or [])
        for name in _LISTS
    }
    lists["Dimensions"] = "".join(
        f"<member><Name>{escape(item['Name'])}</Name><Value>{escape(item['Value'])}</Value></member>"
        for item in alarm.get("Dimensions") or []
    )
    return "".join(
        [f"<{name}>{escape(str(value))}</{name}>" for name, value in said.items()]
        + [f"<{name}>{members}</{name}>" for name, members in lists.items()]
    )


def apply() -> None:
    """Describe alarms whole in the query protocol too."""
    stock = cloudwatch._describe_alarms

    def describe(params: Any, cbor_data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        status, headers, body = stock(params, cbor_data, is_cbor, is_json)
        if is_cbor or is_json:
            return status, headers, body
        text = body.decode()
        for name, alarm in cloudwatch._alarms.items():
            begin = f"<member><AlarmName>{name}</AlarmName>"
            text = text.replace(begin, begin + _left_out(alarm))
        return status, headers, text.encode()

    cloudwatch._describe_alarms = describe
