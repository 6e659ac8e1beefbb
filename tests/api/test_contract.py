"""Whatever is asked, the answer is one that the document knows: generated from the document."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.world import World
from tests.integration.cloud import Partner

PATHS = ("/status/{partner}/{feed}", "/status/{partner}/{feed}/{file}")
METHODS = ("GET", "HEAD", "OPTIONS")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PATHS)
def test_any_request_gets_an_answer_of_the_document(
    path: str,
    method: str,
    mode: GenerationMode,
    contract: BaseSchema,
    partner: Partner,
    known: World,
) -> None:
    own = {"partner": partner.name}
    names: st.SearchStrategy[dict[str, str]] = (
        st.one_of(  # a stranger's, the partner's own, and such as there are
            st.just({}),
            st.just(own),
            st.sampled_from([{**own, "feed": feed} for feed in known.files]),
            st.sampled_from(
                [
                    {**own, "feed": feed, "file": file}
                    for feed, files in known.files.items()
                    for file in files
                ]
            ),
        )
    )

    @settings(
        max_examples=80,
        derandomize=True,
        phases=[Phase.generate],  # a smaller example would take minutes to find
        suppress_health_check=list(HealthCheck),
    )
    @given(case=contract[path][method].as_strategy(generation_mode=mode), names=names)
    def ask(case: Case[Any], names: dict[str, str]) -> None:
        for name in case.path_parameters:
            case.path_parameters[name] = names.get(name, case.path_parameters[name])
        # What is no HTTP is refused before the API sees it.
        assume(all(str(value).isprintable() for value in case.headers.values()))
        case.call_and_validate(auth=partner.signature, checks=CHECKS)

    ask()


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_of_the_function_is_in_the_document(
    path: str, method: str, document: dict[str, Any]
) -> None:
    told = {"200", "304", "400", "404", "500", "503"}
    assert told <= set(document["paths"][path][method]["responses"])
