"""What the SDK's types say that a resource would take."""

from tools.mutation.sdk import additions, arguments, below

FUNCTION = "aws:lambda/function:Function"
BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def added(token: str, *present: str) -> dict[str, object]:
    return dict(additions(token, arguments(token), dict.fromkeys(present), inner=False))


def test_arguments_are_called_by_their_pulumi_names() -> None:
    assert {"memorySize", "vpcConfig", "region"} <= arguments(FUNCTION).keys()


def test_a_type_that_the_sdk_does_not_have_takes_nothing() -> None:
    assert arguments("random:index/randomId:RandomId") == {}


def test_objects_are_given_what_they_require() -> None:
    config = added(FUNCTION)["vpcConfig"]
    assert config == {"securityGroupIds": ["sample"], "subnetIds": ["sample"]}


def test_objects_that_require_nothing_are_given_everything() -> None:
    assert added("aws:s3/bucketMetric:BucketMetric")["filter"] != {}


def test_switches_are_turned_on_unless_they_are_on() -> None:
    assert added(BUCKET)["objectLockEnabled"] is True
    assert added("aws:cloudwatch/eventRule:EventRule")["isEnabled"] is False


def test_what_the_program_sets_is_not_added() -> None:
    assert "vpcConfig" not in added(FUNCTION, "vpcConfig")


def test_tags_and_region_have_mutants_of_their_own() -> None:
    assert added(FUNCTION).keys().isdisjoint({"tags", "tagsAll", "region"})


def test_a_policy_is_one_that_gives_everyone_everything() -> None:
    assert '"Action": "*"' in str(added(BUCKET)["policy"])


def test_the_arguments_below_a_list_of_objects_are_found() -> None:
    rule = below(LIFECYCLE, arguments(LIFECYCLE), "rules")
    assert {"expiration", "transitions", "status"} <= rule.keys()
    assert below(LIFECYCLE, arguments(LIFECYCLE), "bucket") == {}
