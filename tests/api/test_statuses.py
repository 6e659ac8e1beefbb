"""What the API says of files in each status, and of feeds."""

import pytest
from schemathesis.schemas import BaseSchema

from tests.api.world import NAMES, World
from tests.integration.cloud import Partner

FILE = "/status/{partner}/{feed}/{file}"
FEED = "/status/{partner}/{feed}"
STATUSES = (
    *("RECEIVED", "REJECTED", "VALIDATED", "WAITING"),
    *("PROCESSED", "AGGREGATED", "FAILED", "SKIPPED"),
)


@pytest.mark.parametrize("status", STATUSES)
def test_a_file_in_this_status_is_told_as_the_document_says(
    status: str, known: World, partner: Partner, contract: BaseSchema
) -> None:
    file = known.statuses[status]
    answer = partner.get(f"/status/{known.partner}/{known.every_status}/{file}")
    assert answer.status_code == 200
    contract[FILE]["GET"].validate_response(answer)
    told = answer.json()
    assert (told["file"], told["status"]) == (file, status)
    assert told["history"][-1]["status"] == status
    assert told["sequence"] == int(file.partition("/")[0])


def test_the_document_knows_no_other_status(contract: BaseSchema) -> None:
    assert set(contract.raw_schema["components"]["schemas"]["Status"]["enum"]) == set(STATUSES)


def test_a_waiting_file_names_what_it_waits_for(known: World, partner: Partner) -> None:
    told = partner.status(known.every_status, known.statuses["WAITING"])
    assert told["waitingFor"] == {
        "sequence": 6,
        "file": known.statuses["REJECTED"],
        "status": "REJECTED",
    }


def test_a_feed_tells_its_cursors_and_what_holds_it_up(
    known: World, partner: Partner, contract: BaseSchema
) -> None:
    answer = partner.get(f"/status/{known.partner}/{known.every_status}")
    contract[FEED]["GET"].validate_response(answer)
    told = answer.json()
    assert told["cursors"] == {"validator": 5, "processor": 3, "aggregator": 2}  # past a skip
    assert told["gaps"] == [{"from": 8, "to": 8}]
    assert [place["sequence"] for place in told["waiting"]] == [7]
    assert [place["sequence"] for place in told["failed"]] == [4, 6]
    assert {file["file"]: file["status"] for file in told["files"]} == {
        file: status for status, file in known.statuses.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_found_under_its_name_percent_encoded_once(
    name: str, known: World, partner: Partner, contract: BaseSchema
) -> None:
    answer = partner.get(f"/status/{known.partner}/{known.by_name}/{name}")
    contract[FILE]["GET"].validate_response(answer)
    assert (answer.status_code, answer.json()["file"]) == (200, name)


def test_a_file_rejected_for_its_name_has_no_sequence(
    known: World, partner: Partner, contract: BaseSchema
) -> None:
    answer = partner.get(f"/status/{known.partner}/{known.by_name}/{known.no_number}")
    contract[FILE]["GET"].validate_response(answer)
    assert (answer.json()["status"], answer.json()["sequence"]) == ("REJECTED", None)
