"""CloudWatch: alarms and dashboards."""

from local.provider.aws import Aws, MissingError
from local.provider.calls import arguments, as_list, reported, retag, tag_list
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting


class MetricAlarm(Resource):
    """An alarm; its identifier is its name."""

    type_name = "aws:cloudwatch/metricAlarm:MetricAlarm"
    tagged = True
    key = ("name",)
    computed = ("arn", "evaluateLowSampleCountPercentiles")
    defaults = {"actionsEnabled": True, "treatMissingData": "missing"}
    autoname = "name"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        arn = aws.arn("cloudwatch", f"alarm:{inputs['name']}")
        aws.client("cloudwatch").put_metric_alarm(**_alarm(inputs), Tags=tag_list(inputs))
        outputs = {"arn": arn, "evaluateLowSampleCountPercentiles": ""}
        return Created(id=inputs["name"], outputs={**outputs, **_low_samples(inputs)})

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client, arn = aws.client("cloudwatch"), old["arn"]
        client.put_metric_alarm(**_alarm(new))
        retag(
            old,
            new,
            write=lambda tags: client.tag_resource(ResourceARN=arn, Tags=as_list(tags)),
            remove=lambda keys: client.untag_resource(ResourceARN=arn, TagKeys=keys),
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("cloudwatch")
        found = client.describe_alarms(AlarmNames=[resource_id])["MetricAlarms"]
        if not found:
            raise MissingError(f"alarm {resource_id} does not exist")
        (alarm,) = found
        dimensions = {item["Name"]: item["Value"] for item in alarm.get("Dimensions", [])}
        return {
            **reported(
                alarm,
                "actionsEnabled",
                "alarmActions",
                "comparisonOperator",
                "evaluationPeriods",
                "metricName",
                "namespace",
                "period",
                "statistic",
                "threshold",
                "treatMissingData",
                OKActions="okActions",
            ),
            **({"dimensions": dimensions} if dimensions else {}),
        }

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("cloudwatch").delete_alarms(AlarmNames=[resource_id])


def _low_samples(inputs: Properties) -> Properties:
    name = "evaluateLowSampleCountPercentiles"
    return {name: inputs[name]} if name in inputs else {}


def _alarm(inputs: Properties) -> Properties:
    alarm = arguments(
        inputs,
        "actionsEnabled",
        "alarmActions",
        "alarmDescription",
        "comparisonOperator",
        "datapointsToAlarm",
        "evaluationPeriods",
        "extendedStatistic",
        "insufficientDataActions",
        "metricName",
        "namespace",
        "okActions",
        "period",
        "statistic",
        "threshold",
        "thresholdMetricId",
        "treatMissingData",
        "unit",
        AlarmName="name",
        EvaluateLowSampleCountPercentile="evaluateLowSampleCountPercentiles",
    )
    if "okActions" in inputs:
        alarm["OKActions"] = alarm.pop("OkActions")
    if dimensions := inputs.get("dimensions"):
        alarm["Dimensions"] = _dimensions(dimensions)
    if queries := inputs.get("metricQueries"):
        alarm["Metrics"] = [_query(query) for query in queries]
    return alarm


def _dimensions(dimensions: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in sorted(dimensions.items())]


def _query(query: Properties) -> Properties:
    result = arguments(query, "accountId", "expression", "id", "label", "period", "returnData")
    if metric := query.get("metric"):
        result["MetricStat"] = {
            "Metric": {
                **arguments(metric, "metricName", "namespace"),
                "Dimensions": _dimensions(metric.get("dimensions", {})),
            },
            **arguments(metric, "period", "stat", "unit"),
        }
    return result


class Dashboard(Setting):
    """A dashboard; its identifier is its name."""

    type_name = "aws:cloudwatch/dashboard:Dashboard"
    key = ("dashboardName",)
    computed = ("dashboardArn",)

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        name = inputs["dashboardName"]
        aws.client("cloudwatch").put_dashboard(
            DashboardName=name, DashboardBody=inputs["dashboardBody"]
        )
        # Dashboards belong to an account, not to a region.
        arn = aws.arn("cloudwatch", f"dashboard/{name}", regional=False)
        return {"dashboardArn": arn}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("cloudwatch").get_dashboard(DashboardName=resource_id)
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("cloudwatch").delete_dashboards(DashboardNames=[resource_id])


TYPES: tuple[Resource, ...] = (MetricAlarm(), Dashboard())
