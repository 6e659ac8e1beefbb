"""Functions' processes see what they see on AWS, and their lines reach their log group."""

from __future__ import annotations

from local.emulator import process
from tests.local.emulator.kit import Account


def test_function_sees_lambda_variables_and_its_own_only(account: Account) -> None:
    function = account.function(variables={"TABLE_NAME": "t", "LOG_LEVEL": "debug"})

    variables = dict(v.split("=", 1) for v in account.invoke(function, {"env": True}))

    assert variables["TABLE_NAME"] == "t"
    assert variables["LOG_LEVEL"] == "debug"
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == function
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    foreign = {"STATE_DIR", "PERSIST_STATE", "AUTH", "GATEWAY_PORT", "BIND_HOST", "S3_DATA_DIR"}
    assert not foreign & set(variables)


def test_stock_emulator_shows_functions_its_own_environment(archive: bytes) -> None:
    with process.ephemeral(without=["execution_environment"]) as stock:
        account = Account(emulator=stock, archive=archive)
        variables = account.invoke(account.function(), {"env": True})

    assert any(v.startswith("STATE_DIR=") for v in variables)
