import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from evalkit.grade import grade
from evalkit.parse import parse_arguments
from evalkit.providers import Provider, find_api
from evalkit.results import Status
from evalkit.simulator import Reply, load_script, transport
from evalkit.suite import load_suites
from evalkit.transcript import Defect, Transcript

SUITES = Path(__file__).parents[3] / "suites"
SCRIPTS = SUITES / "simulator"

pytestmark = pytest.mark.checkout


def malformed(script):
    """The arguments that are no JSON object, by tool and in the order of the script."""
    for rule in script.rules:
        for answer in rule.sequence:
            if isinstance(answer, Reply):
                for call in answer.calls:
                    found = parse_arguments(call.argument_string)
                    if found.value is None:
                        yield call.name, set(found.defects)


def test_careful_speaks_every_protocol_and_writes_only_json():
    careful = load_script(SCRIPTS / "careful.yaml")

    assert careful.api is None
    assert list(malformed(careful)) == []


def test_hasty_shows_every_common_way_to_break_json():
    hasty = load_script(SCRIPTS / "hasty.yaml")

    assert list(malformed(hasty)) == [
        ("quote_refund", {Defect.EXPRESSION}),
        ("add_note", {Defect.NOT_JSON}),
        ("add_note", {Defect.UNESCAPED_CONTROL}),
        ("get_forecast", {Defect.TRUNCATED}),
        ("search_products", {Defect.COMMENT}),
        ("search_products", {Defect.SINGLE_QUOTES, Defect.PYTHON_LITERAL}),
        ("search_products", {Defect.TRAILING_TEXT}),
        ("get_order", {Defect.CODE_FENCE}),
    ]


@pytest.mark.parametrize("name", ["careful.yaml", "hasty.yaml"])
def test_an_example_answers_quickly(name):
    answers = [a for rule in load_script(SCRIPTS / name).rules for a in rule.sequence]

    assert max(answer.latency_s for answer in answers) <= 0.05


@pytest.mark.parametrize("api", ["openai-chat", "anthropic"])
def test_careful_passes_every_case(api):
    results = judged("careful.yaml", api)

    assert len(results) == 43
    assert [r.case for r in results if r.status is not Status.PASSED] == []


def test_hasty_fails_where_its_script_says_so():
    results = judged("hasty.yaml", "openai-chat")

    failed = {r.case for r in results if r.status is Status.FAILED}
    assert {r.status for r in results} == {Status.PASSED, Status.FAILED}
    assert failed == {
        "account-number-is-no-order",
        "order-id-in-lower-case",
        "refund-needs-a-yes",
        "cancel-needs-a-yes",
        "hello",
        "lovely-weather",
        "dog-named-sydney",
        "two-cities",
        "customer-before-orders",
        "one-sixth",
        "quotes-in-a-note",
        "two-line-note",
        "five-days",
        "under-a-hundred",
        "in-stock-only",
        "stove-under-fifty",
        "status-check",
        "nothing-invented",
        "unit-by-its-name",
        "days-as-a-number",
        "no-such-tool",
        "no-wrapper",
    }


def judged(script, api_name):
    """Ask a script every case of the example suites, over one protocol."""
    cases = [case for suite in load_suites([SUITES]) for case in suite.cases]
    provider = Provider(name=script, api=api_name, model=script, simulate=SCRIPTS / script)
    api = find_api(api_name)

    async def ask_all():
        simulator = transport(load_script(SCRIPTS / script))
        async with httpx2.AsyncClient(transport=simulator) as client:
            return [await ask(client, case) for case in cases]

    async def ask(client, case):
        body = api.encode(provider, case.given, case.tools, case.settings)
        path = urlsplit(api.endpoint(provider)).path
        reply = await client.post(f"http://simulator{path}", json=body)
        return Transcript(
            suite=case.suite,
            case=case.id,
            provider=provider.name,
            model=provider.model,
            given=case.given,
            messages=(api.decode(reply.raise_for_status().json()),),
        )

    transcripts = asyncio.run(ask_all())
    return [grade(case, transcript) for case, transcript in zip(cases, transcripts, strict=True)]
