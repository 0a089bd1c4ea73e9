"""What type checkers make of the names that users import; `make types` reads this file."""

from __future__ import annotations

from typing import assert_type

from evalkit import (
    Any_,
    CaseResult,
    Date,
    EvalkitError,
    Kit,
    OneOf,
    Regex,
    Result,
    Status,
    ToolCall,
    Transcript,
    Turn,
    assert_calls,
    assert_no_calls,
    call,
)
from evalkit.assertions import ExpectedCall, ValueMatcher


def calls_are_expected_by_name_or_one_by_one(answer: object) -> None:
    lookup = call("get_user", id=7)
    assert_type(lookup, ExpectedCall)
    assert_type(call("ping").times(2).optional(), ExpectedCall)
    assert_calls(answer, lookup, call("refund", order=Result("get_user.order")).after(lookup))
    assert_calls(answer, get_weather={"location": OneOf("Oslo", "Bergen"), "on": Date()})
    assert_calls(answer, get_weather=[{"location": "Oslo"}, {"location": Regex("P.*")}])
    assert_calls(answer, ping={}, order="strict", same_turn=True, extra_calls=["get_time"])
    assert_no_calls(answer)
    assert_no_calls(answer, "refund", "cancel")


def a_misspelt_option_is_an_error(answer: object) -> None:
    assert_calls(answer, ping={}, order="strictly")  # type: ignore[arg-type]  # that it is one
    assert_calls(answer, ping={}, same_turn="yes")  # type: ignore[arg-type]  # that it is one
    call("ping", at=object())  # type: ignore[arg-type]  # no value of JSON


def matchers_are_values_of_one_type() -> None:
    matchers: list[ValueMatcher] = [Any_(), Regex("a"), OneOf("a", Regex("b"))]
    assert matchers
    Regex(7)  # type: ignore[arg-type]  # a pattern is text


def the_fixture_hands_out_the_clients_of_the_sdks(evalkit: Kit) -> None:
    import anthropic
    import httpx2
    import openai

    assert_type(evalkit.openai(), openai.OpenAI)
    assert_type(evalkit.async_openai(), openai.AsyncOpenAI)
    assert_type(evalkit.anthropic("claude"), anthropic.Anthropic)
    assert_type(evalkit.async_anthropic(), anthropic.AsyncAnthropic)
    assert_type(evalkit.http_client(), httpx2.Client)
    assert_type(evalkit.async_http_client(), httpx2.AsyncClient)
    assert_type(evalkit.transcript, Transcript)
    assert_type(evalkit.ask("Weather in Oslo?"), Transcript)
    assert_type(evalkit.run("suites/refunds.yaml", "greeting"), tuple[CaseResult, ...])


def a_transcript_holds_turns_and_calls(transcript: Transcript) -> None:
    assert_type(transcript.turns, tuple[Turn, ...])
    assert_type(transcript.calls, tuple[ToolCall, ...])


def errors_and_states_have_names(result: CaseResult) -> None:
    assert_type(result.status, Status)
    assert issubclass(EvalkitError, Exception)
