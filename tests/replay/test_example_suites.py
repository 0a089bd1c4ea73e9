"""The recorded example suites: who passes, who fails, and what the failure is called."""

import asyncio
import socket
from pathlib import Path

import pytest

from evalkit.cassettes import Mode
from evalkit.config import load_config
from evalkit.results import Kind, Status
from evalkit.run import Selection
from evalkit.session import Session
from evalkit.suite import load_suites

ROOT = Path(__file__).parents[2]
HASTY_FAILS = {
    ("ambiguous_ids", "account-number-is-no-order"),
    ("ambiguous_ids", "order-id-in-lower-case"),
    ("ambiguous_ids", "refund-needs-a-yes"),
    ("ambiguous_ids", "cancel-needs-a-yes"),
    ("greetings", "hello"),
    ("greetings", "lovely-weather"),
    ("greetings", "dog-named-sydney"),
    ("multi_tool", "two-cities"),
    ("multi_tool", "customer-before-orders"),
    ("multi_tool", "one-sixth"),
    ("multi_tool", "quotes-in-a-note"),
    ("multi_tool", "two-line-note"),
    ("multi_tool", "five-days"),
    ("multi_tool", "under-a-hundred"),
    ("multi_tool", "in-stock-only"),
    ("multi_tool", "stove-under-fifty"),
    ("multi_tool", "status-check"),
    ("multi_tool", "nothing-invented"),
    ("multi_tool", "unit-by-its-name"),
    ("multi_tool", "days-as-a-number"),
    ("multi_tool", "no-such-tool"),
    ("multi_tool", "no-wrapper"),
    ("streaming", "long-arguments"),
}


@pytest.fixture(scope="module")
def results():
    """Every case for every provider, replayed while no socket can be opened."""
    config = load_config(ROOT / "evalkit.yaml", environ={})

    async def replay():
        async with Session(config, Mode.NONE, config.providers) as session:
            jobs = Selection().jobs(load_suites([ROOT / "suites"]), config.providers)
            return [result async for result in session.results(jobs)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _no_network)
        return asyncio.run(replay())


def _no_network(_socket, address):
    raise AssertionError(f"a replay reached for {address}")


def statuses(results, provider):
    return {(r.suite, r.case): r.status for r in results if r.provider == provider}


@pytest.mark.parametrize("provider", ["careful", "careful-anthropic", "careful-responses"])
def test_the_careful_providers_pass_every_case(results, provider):
    assert set(statuses(results, provider).values()) == {Status.PASSED}


def test_nothing_is_errored_and_everything_is_marked_as_simulated(results):
    assert Status.ERRORED not in {result.status for result in results}
    assert all(result.transcript.simulated for result in results)


def test_every_answer_was_replayed_with_its_recorded_latency(results):
    exchanges = [one for result in results for one in result.transcript.exchanges]

    assert all(exchange.replayed and exchange.latency_s > 0 for exchange in exchanges)


@pytest.mark.parametrize(
    ("tag", "kinds"),
    [
        pytest.param("F1", {Kind.OVER_CALL}, id="F1 a greeting triggers a tool"),
        pytest.param(
            "F2",
            {Kind.FORBIDDEN_CALL, Kind.WRONG_ARGUMENT, Kind.SCHEMA_VIOLATION, Kind.WRONG_ANSWER},
            id="F2 an account number becomes an order id",
        ),
        pytest.param("F4", {Kind.FORBIDDEN_CALL, Kind.WRONG_ANSWER}, id="F4 nobody confirmed"),
        pytest.param("F6", {Kind.MISSING_CALL}, id="F5 F6 one of two calls"),
        pytest.param("F7", {Kind.EXTRA_CALL}, id="F7 a dependent call too early"),
        pytest.param("F8", {Kind.MALFORMED_JSON}, id="F8 malformed arguments"),
        pytest.param(
            "F9",
            {Kind.SCHEMA_VIOLATION, Kind.WRONG_ARGUMENT, Kind.INVENTED_ARGUMENT},
            id="F9 arguments against the schema",
        ),
        pytest.param("F12", {Kind.MALFORMED_JSON, Kind.TRUNCATED}, id="F12 cut off by the limit"),
        pytest.param("F10", {Kind.UNKNOWN_TOOL, Kind.MISSING_CALL}, id="F10 invented tools"),
    ],
)
def test_the_hasty_provider_fails_each_failure_under_its_name(results, tag, kinds):
    failures = {
        verdict.kind
        for result in results
        if result.provider == "hasty" and tag in result.tags
        for verdict in result.failures
    }

    assert failures == kinds


def test_the_hasty_provider_fails_these_cases_and_no_other(results):
    failed = {
        case for case, status in statuses(results, "hasty").items() if status is Status.FAILED
    }

    assert failed == HASTY_FAILS


@pytest.mark.parametrize("provider", ["careful", "careful-anthropic", "careful-responses"])
def test_a_stream_shows_when_the_first_word_and_the_first_call_came(results, provider):
    [result] = [r for r in results if (r.provider, r.case) == (provider, "words-and-two-calls")]

    [exchange] = result.transcript.exchanges
    assert 0 < exchange.first_token_s < exchange.first_call_s < exchange.latency_s
