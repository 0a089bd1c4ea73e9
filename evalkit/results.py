"""What was judged: verdicts, case results and the measures made of them."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from evalkit.transcript import JsonValue, Transcript

EVERY_TRIAL = 1.0
"""The pass rate of most cases. A default of this very object is left out of run files."""


class Status(StrEnum):
    """`ERRORED` is trouble of the harness or the provider; it enters no rate."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"
    SKIPPED = "skipped"


class Kind(StrEnum):
    """What a failed verdict complains of, in one word, so that reports can count."""

    OVER_CALL = "over_call"
    MISSING_CALL = "missing_call"
    EXTRA_CALL = "extra_call"
    WRONG_TOOL = "wrong_tool"
    UNKNOWN_TOOL = "unknown_tool"
    MALFORMED_JSON = "malformed_json"
    SCHEMA_VIOLATION = "schema_violation"
    WRONG_ARGUMENT = "wrong_argument"
    MISSING_ARGUMENT = "missing_argument"
    INVENTED_ARGUMENT = "invented_argument"
    UNGROUNDED_ARGUMENT = "ungrounded_argument"
    WRONG_ORDER = "wrong_order"
    NOT_PARALLEL = "not_parallel"
    FORBIDDEN_CALL = "forbidden_call"
    UNCONFIRMED_ACTION = "unconfirmed_action"
    RUNAWAY_LOOP = "runaway_loop"
    NOT_IDEMPOTENT = "not_idempotent"
    WRONG_ANSWER = "wrong_answer"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    CALL_IN_TEXT = "call_in_text"
    OVER_BUDGET = "over_budget"


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The judgement on one expectation, or on one call."""

    expectation: str
    """What was expected, in the suite's own words: `no_call`, `calls[0] get_weather`, `answer`."""
    status: Status
    kind: Kind | None = None
    """Set exactly when `status` is failed."""
    path: str | None = None
    """The JSON path of the difference inside the arguments, such as `$.location`."""
    reason: str = ""
    """One line; what differs, with both values. Empty when passed."""
    expected: JsonValue = None
    actual: JsonValue = None
    call: int | None = None
    """The index of the call in `Transcript.calls` that it is about."""


class Pairing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One expected call beside the call it was matched with, for the selection measures.

    `expected` is None for a call nobody expected, `called` for an expected call nobody made.
    """

    expected: str | None
    called: str | None
    arguments_match: bool = False


class CaseResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The judgement on one conversation."""

    suite: str
    case: str
    provider: str
    model: str
    trial: int
    tags: tuple[str, ...]
    status: Status
    verdicts: tuple[Verdict, ...]
    pairings: tuple[Pairing, ...]
    expects_no_call: bool
    """True when the case is right only if no tool is called."""
    transcript: Transcript
    pass_rate: float = EVERY_TRIAL
    """The share of the case's trials that must pass."""
    trials_at_most: int | None = None
    """How many trials the case may take; set where they stop once its verdict is settled."""
    expect: JsonValue = None
    """The case's expectation as the suite writes it."""
    where: str | None = None
    """Where the suite has the case: `file:line:column`."""
    skip_reason: str | None = None

    @property
    def failures(self) -> tuple[Verdict, ...]:
        return tuple([v for v in self.verdicts if v.status is Status.FAILED])

    @property
    def cost_usd(self) -> float | None:
        """The price of the whole conversation, or None where any part of it is unknown."""
        costs = [exchange.cost_usd for exchange in self.transcript.exchanges]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if costs and len(known) == len(costs) else None


class Rate(Struct, frozen=True, kw_only=True):
    """A share of a whole, with a 95 % interval. `total` 0 means that it does not apply (n/a)."""

    hits: int
    total: int
    low: float | None = None
    """Wilson's lower bound; None where `total` is 0."""
    high: float | None = None

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None
