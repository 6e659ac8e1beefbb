"""docs/cost.md says what the table of prices says, and its arithmetic can be followed."""

import datetime

import pytest

from tools.benchmarks import cost, cost_page
from tools.benchmarks.cost_run import Run, Stage

STAGE = Stage(
    calls={"DynamoDB PutItem": 2.0, "S3 PUT": 1.0},
    units={"write unit": 2.0, "read unit": 1.0, "S3 write": 1.0},
    bytes={"S3 sent": 2_000.0, "S3 received": 50_000.0},
    cpu_ms=2.9,
    log_bytes=800.0,
    peak_mb=20.0,
)
RUN = Run(files=100, stages=dict.fromkeys(("validator", "processor", "aggregator"), STAGE))


def test_committed_page_has_the_present_prices() -> None:
    assert "\n".join(cost_page.prices()) in cost_page.PAGE.read_text()


def test_function_runs_for_its_processor_time_on_its_share_of_a_core_and_its_waits() -> None:
    assert cost.milliseconds(STAGE) == pytest.approx(2.9 / (512 / 1769) + 2 * 5 + 100)


def test_service_receives_and_deletes_the_message_of_a_function_that_a_queue_feeds() -> None:
    assert cost.units("processor", STAGE)["queue request"] == 2
    assert "queue request" not in cost.units("validator", STAGE)


def test_dollars_are_the_units_times_their_prices() -> None:
    assert cost.dollars({"write unit": 2_000_000, "S3 write": 1_000}) == pytest.approx(1.255)


def test_page_tells_every_run_and_what_misses_its_target() -> None:
    runs = {"one": RUN, "a day": RUN, "a burst": RUN}
    text = cost_page.page(runs, datetime.date(2026, 1, 5))
    assert "## A day" in text
    assert "| write units per file | ≤ 18 | 6 | 6 | 6 |" in text
    assert "| objects beyond the upload | ≤ 2.03 | 3 **missed** |" in text
