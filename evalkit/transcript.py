"""What happened between a suite and a model, as values that can be saved and read back."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    JsonValue: TypeAlias = (
        "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
    )
    JsonObject: TypeAlias = "dict[str, JsonValue]"
else:  # whoever reads annotations at run time takes JSON as it is
    JsonValue, JsonObject = Any, dict


class Defect(StrEnum):
    """What is wrong with a call as the model wrote it; several may apply at once."""

    EMPTY = "empty"
    """The argument string is empty; read as `{}` and harmless."""
    TRUNCATED = "truncated"
    TRAILING_TEXT = "trailing_text"
    COMMENT = "comment"
    SINGLE_QUOTES = "single_quotes"
    UNESCAPED_CONTROL = "unescaped_control"
    EXPRESSION = "expression"
    PYTHON_LITERAL = "python_literal"
    TRAILING_COMMA = "trailing_comma"
    DUPLICATE_KEY = "duplicate_key"
    """The last value was kept; the string is still a JSON object."""
    NON_FINITE = "non_finite"
    DOUBLE_ENCODED = "double_encoded"
    CODE_FENCE = "code_fence"
    NOT_OBJECT = "not_object"
    """Valid JSON, but no object."""
    NOT_JSON = "not_json"
    """Not JSON, and none of the other defects explains why."""
    UNKNOWN_TOOL = "unknown_tool"
    WRAPPED = "wrapped"
    """Came inside `multi_tool_use.parallel`, or under a prefix such as `functions.`."""
    TEXT_CALL = "text_call"
    """Written as text where the API has native calls."""


class Stop(StrEnum):
    """Why a conversation, or one answer of a model, ended."""

    ANSWERED = "answered"
    TURN_LIMIT = "turn_limit"
    REPEATED_CALL = "repeated_call"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    CONTEXT_OVERFLOW = "context_overflow"
    TOOL_BUDGET = "tool_budget"
    TIMEOUT = "timeout"
    PROVIDER_ERROR = "provider_error"
    CASSETTE_MISS = "cassette_miss"


MADE_UP_ID = "evalkit-call-"
"""How the id of a call begins that came without one."""


class ToolCall(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call of a tool, as the model asked for it."""

    id: str
    """The provider's id, an opaque string; see `MADE_UP_ID`."""
    name: str
    raw: str | None
    """The arguments exactly as the model wrote them; None where the API delivers them parsed."""
    arguments: JsonObject | None
    """The parsed arguments, or None when `raw` is not a JSON object (RFC 8259)."""
    defects: tuple[Defect, ...] = ()

    @property
    def has_own_id(self) -> bool:
        return not self.id.startswith(MADE_UP_ID)


class Usage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens as the provider reported them; None where it did not say."""

    input: int | None = None
    """All input tokens, cached ones included, whatever the provider's own convention."""
    output: int | None = None
    """All output tokens, reasoning included."""
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None


NO_USAGE = Usage()


class _Message:
    """What a conversation is made of; `Message` says which types."""

    __slots__ = ()


class Prompt(_Message, Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message that was given to the model."""

    role: Literal["system", "user"]
    text: str


class Turn(
    _Message,
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="role",
    tag="assistant",
):
    """One answer of the model: text, calls, or both."""

    text: str | None = None
    calls: tuple[ToolCall, ...] = ()
    refusal: str | None = None
    """The provider's words for a refusal, where its protocol marks one."""
    reasoning: str | None = None
    """Visible reasoning; never graded."""
    stop: Stop = Stop.ANSWERED
    finish: str | None = None
    """The stop reason in the provider's own word; explains, never decides."""
    usage: Usage = NO_USAGE
    model: str | None = None
    """The model that answered, which may differ from the one asked for."""
    wire: JsonObject | None = None
    """The assistant message as the API wrote it, sent back unchanged in the next request."""


class ToolResult(
    _Message, Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="role", tag="tool"
):
    """What a tool answered to one call."""

    call_id: str
    name: str
    content: JsonValue
    is_error: bool = False
    fault: str | None = None
    """The simulated fault behind this result, if one was planned."""


if TYPE_CHECKING:
    Message: TypeAlias = Prompt | Turn | ToolResult
else:  # msgspec reads no union of types that their tags do not tell apart: a prompt has two roles
    Message = _Message


class Exchange(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request to a provider and its answer: how it went, not what it said."""

    latency_s: float | None = None
    """Of the attempt that succeeded; on replay as it was recorded; None if unknown."""
    first_token_s: float | None = None
    first_call_s: float | None = None
    attempts: int = 1
    replayed: bool = False
    cassette: str | None = None
    """The file that holds the raw exchange; None where nothing was recorded."""
    cost_usd: float | None = None
    """None where the price of the model or its usage is unknown, never 0 for that reason."""


class Trouble(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a case could not be judged: trouble of the harness or the provider."""

    stop: Stop
    error: str
    """The class name of the error."""
    what: str
    hint: str | None = None


class Transcript(Struct, frozen=True, kw_only=True, omit_defaults=True, eq=False):
    """One conversation of one case with one provider."""

    suite: str
    case: str
    provider: str
    model: str
    trial: int = 0
    given: tuple[Message, ...] = ()
    """The messages that the suite laid before the model, system prompt first."""
    messages: tuple[Message, ...] = ()
    """What happened then, in order: turns, tool results, and later words of a scripted user."""
    exchanges: tuple[Exchange, ...] = ()
    """One for each turn, in order."""
    stop: Stop = Stop.ANSWERED
    limits: tuple[str, ...] = ()
    """Each limit that struck, in a sentence."""
    alerts: tuple[str, ...] = ()
    """Each threshold of the suite's `alerts` that was crossed, in a sentence; never a verdict."""
    trouble: Trouble | None = None
    simulated: bool = False
    """True when a simulator answered, live or when it was recorded: no real model did."""
    recorded_at: str | None = None
    """When the replayed answers were recorded (ISO 8601), None for live ones."""
    conversation: str = ""
    """The correlation id: it stands on every log line of this conversation."""
    asked: Mapping[str, str] | None = None
    """Digests of what decides beside the messages what is asked: settings, tools and others."""

    def __eq__(self, other: object) -> bool:
        """Compare what happened, not what it was called or how it was asked for."""
        if not isinstance(other, Transcript):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _COMPARED)

    def __hash__(self) -> int:
        return hash((self.suite, self.case, self.provider, self.trial))

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The answers of the model, in order."""
        return tuple([message for message in self.messages if type(message) is Turn])

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """Every call of every turn, in order."""
        return tuple([call for turn in self.turns for call in turn.calls])


_COMPARED = [name for name in Transcript.__struct_fields__ if name not in ("conversation", "asked")]
