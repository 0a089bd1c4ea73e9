"""The recorded example suites: who passes, who fails, and how long it took."""

import pytest

from evalkit.results import Status

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
    ("failures", "F4-cancels-only-after-a-yes"),
    ("failures", "F5-uses-both-results"),
    ("failures", "F7-waits-for-the-id"),
    ("failures", "F11-another-tool-beside-it"),
    ("failures", "F12-call-cut-off"),
    ("failures", "F13-result-under-another-id"),
    ("failures", "F14-tool-that-always-fails"),
    ("failures", "F15-stack-trace"),
    ("failures", "F16-refund-that-timed-out"),
    ("failures", "F17-tool-that-hangs"),
    ("failures", "F18-rate-limit"),
    ("failures", "F20-result-outgrows-the-window"),
    ("failures", "F21-nothing-to-look-up"),
    ("failures", "F22-hostile-argument"),
    ("failures", "F23-instruction-in-a-result"),
    ("failures", "F24-call-as-text"),
    ("failures", "F25-too-many-calls"),
    ("failures", "F28-two-in-one-turn"),
}


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


def test_the_hasty_provider_fails_these_cases_and_no_other(results):
    failed = {
        case for case, status in statuses(results, "hasty").items() if status is Status.FAILED
    }

    assert failed == HASTY_FAILS


@pytest.mark.parametrize("provider", ["careful", "careful-anthropic", "careful-responses"])
def test_a_stream_shows_when_the_first_word_and_the_first_call_came(results, provider):
    [result] = [r for r in results if (r.provider, r.case) == (provider, "words-and-two-calls")]

    [exchange] = result.transcript.exchanges
    assert 0 < exchange.first_token_s <= exchange.first_call_s < exchange.latency_s
