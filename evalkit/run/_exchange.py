"""One question and its answer: from the cassette where it can be, over the network where it may."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from itertools import count

from msgspec import Struct, field
from msgspec.structs import replace

from evalkit.cassettes import KEYS, Asked, Cassette, Recording, Redaction, playing
from evalkit.cost import Prices, price
from evalkit.errors import ExchangeFailed, ProviderRefused, ProviderTimeout, RateLimited
from evalkit.parse import found_in_text
from evalkit.providers import Api, Provider, Reply, Sender, first_times, read_body, restore_names
from evalkit.run._as_text import offered_in_text, read_from_text
from evalkit.run._gate import Gate
from evalkit.run._purse import Purse
from evalkit.suite import Case
from evalkit.transcript import Exchange, JsonObject, JsonValue, Message, Turn, Usage

ERROR = 400
BAD_REQUEST = 400
"""A provider may answer so after the model wrote a call that cannot be parsed, and bill it."""
MOST_OUTPUT = ("max_tokens", "max_completion_tokens", "max_output_tokens")
TOO_MANY_REQUESTS = 429
RETRYABLE = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
LONGEST_PAUSE_S = 120.0
"""A provider that asks for a longer pause is out of quota, not busy."""


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """How often a request is sent before it counts as failed."""

    attempts: int = 4
    """Attempts in all, where the provider is in trouble."""
    rate_limited_attempts: int = 20
    """Attempts in all, where the provider asks to wait."""
    first_pause_s: float = 0.5
    """Doubled after each attempt, and varied by chance so that requests do not march in step."""


class World(Struct, frozen=True, kw_only=True):
    """What a run takes from outside: connections, time, chance and prices."""

    connect: Callable[[Provider], Sender]
    """Makes the sender of a provider, on its first request that is not replayed."""
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    chance: random.Random = field(default_factory=random.Random)
    prices: Mapping[str, Prices] = field(default_factory=dict)
    """Configured prices by the model asked for; of all others the known ones count."""
    retry: RetryPolicy = RetryPolicy()
    purse: Purse = field(default_factory=Purse)
    redaction: Redaction = KEYS
    """Takes the secrets out of what tools tell models, of transcripts and of the log."""


class Answer(Struct, frozen=True, kw_only=True):
    """The model's turn, and where it came from."""

    turn: Turn
    exchange: Exchange
    recording: Recording | None = None
    """The recording that was replayed; None for a live answer."""


class Asker:
    """Asks one provider; all cases share it, its connection and its gate."""

    def __init__(self, provider: Provider, api: Api, world: World) -> None:
        self.provider = provider
        self._api = api
        self._world = world
        self._url = api.endpoint(provider)
        self._gate = Gate(provider.max_concurrency, clock=world.clock, sleep=world.sleep)
        self._sender: Sender | None = None

    async def ask(
        self, messages: tuple[Message, ...], case: Case, cassette: Cassette, trial: int
    ) -> Answer:
        """Get the model's next turn.

        Raises:
            CassetteMiss: nothing was recorded, and the mode forbids to ask.
            BudgetSpent: the run may not spend what an answer might cost.
            ExchangeFailed: the provider gave no answer that can be graded.
        """
        asked = request(self.provider, self._api, messages, case)
        recording = None if self._api.runs_code else cassette.play(asked, trial)
        if recording is not None:
            if cassette.speed is not None:
                await self._world.sleep((recording.facts.latency_s or 0) / cassette.speed)
            return self._replayed(recording, case, cassette)
        assert not isinstance(asked.body, bytes)
        with playing(cassette, trial):
            return await self._asked(asked.body, case, cassette)

    async def close(self) -> None:
        if self._sender is not None:
            await self._sender.close()

    def _replayed(self, recording: Recording, case: Case, cassette: Cassette) -> Answer:
        answered, facts = recording.answered, recording.facts
        reply = Reply(
            status=answered.status,
            body=answered.body,
            latency_s=facts.latency_s or 0.0,
            marks=facts.chunks,
        )
        turn = self._turn(reply, case)
        times = first_times(self._api, reply)
        exchange = Exchange(
            latency_s=facts.latency_s,
            first_token_s=times.token_s,
            first_call_s=times.call_s,
            attempts=facts.attempts or 1,
            replayed=True,
            cassette=str(cassette.path),
            cost_usd=self._cost(turn),
        )
        return Answer(turn=turn, exchange=exchange, recording=recording)

    async def _asked(self, body: JsonObject, case: Case, cassette: Cassette) -> Answer:
        reply, attempts = await self._reply(body)
        reply = _as_kept(reply, cassette)
        turn = self._turn(reply, case)
        times = first_times(self._api, reply)
        exchange = Exchange(
            latency_s=reply.latency_s,
            first_token_s=times.token_s,
            first_call_s=times.call_s,
            attempts=attempts,
            cost_usd=self._cost(turn),
        )
        return Answer(turn=turn, exchange=exchange)

    async def _reply(self, body: JsonObject) -> tuple[Reply, int]:
        """Send until an answer comes that is worth keeping; tell how often it was sent."""
        for attempt in count(1):
            try:
                reply = await self._sent(body)
            except ProviderTimeout:
                if attempt >= self._world.retry.attempts:
                    raise
                await self._world.sleep(self._backoff_s(attempt))
                continue
            if reply.status not in RETRYABLE:
                self._gate.answered()
                return reply, attempt
            await self._wait_after(reply, attempt)
        raise AssertionError("count() does not end")

    async def _sent(self, body: JsonObject) -> Reply:
        async with self._gate.passing():
            if self._sender is None:
                self._sender = self._world.connect(self.provider)
            async with self._world.purse.paying(self._most_usd(body)) as bill:
                reply = await self._sender.send(body)
                bill.usd = self._billed_usd(reply, bill.usd)
            return reply

    def _most_usd(self, body: JsonObject) -> float:
        """The most that an answer can cost: a token is a byte or more; 0 where nobody counts."""
        if not self._world.purse.counts_money:
            return 0.0
        usage = Usage(input=len(json.dumps(body).encode()), output=most_output(body))
        price_usd = self._price(usage, self.provider.model)
        return math.inf if price_usd is None else price_usd

    def _billed_usd(self, reply: Reply, most_usd: float) -> float:
        """What a reply cost: nothing where it was refused, the most where that is not known."""
        if not self._world.purse.counts_money:
            return 0.0
        if reply.status >= ERROR:
            return most_usd if reply.status == BAD_REQUEST else 0.0
        try:
            cost = self._cost(self._api.decode(read_body(self._api, reply.body)))
        except ExchangeFailed:
            return most_usd
        return most_usd if cost is None else cost

    async def _wait_after(self, reply: Reply, attempt: int) -> None:
        """Wait until the request may be sent again, or say why it is not."""
        wanted_s = retry_after_s(reply.headers)
        pause_s = self._backoff_s(attempt) if wanted_s is None else wanted_s
        is_limited = reply.status == TOO_MANY_REQUESTS
        policy = self._world.retry
        attempts = policy.rate_limited_attempts if is_limited else policy.attempts
        if attempt >= attempts or pause_s > LONGEST_PAUSE_S or not _may_retry(reply):
            raise self._failure(reply, attempt)
        if is_limited:
            self._gate.rate_limited(pause_s)
        else:
            await self._world.sleep(pause_s)

    def _backoff_s(self, attempt: int) -> float:
        longest = min(LONGEST_PAUSE_S, self._world.retry.first_pause_s * 2.0 ** (attempt - 1))
        return longest * self._world.chance.uniform(0.5, 1)

    def _turn(self, reply: Reply, case: Case) -> Turn:
        turn = restore_names(self._decoded(reply), case.tools)
        if self.provider.tool_format is not None:
            return read_from_text(turn, case.tools, self.provider.tool_format)
        return found_in_text(turn, case.tools)

    def _decoded(self, reply: Reply) -> Turn:
        if reply.status < ERROR:
            return self._api.decode(read_body(self._api, reply.body))
        turn = self._api.decode_error(reply.status, _json_or_none(reply.body))
        if turn is None:
            raise self._failure(reply, attempts=1)
        return turn

    def _failure(self, reply: Reply, attempts: int) -> ExchangeFailed:
        tries = f" after {attempts} attempts" if attempts > 1 else ""
        what = f"the provider answered {reply.status}{tries}: {_message(reply.body)}"
        where = f"provider {self.provider.name}"
        if reply.status == TOO_MANY_REQUESTS:
            return RateLimited(what, where=where, hint="lower max_concurrency, or check the quota")
        if reply.status in RETRYABLE:
            return ExchangeFailed(
                what, where=where, hint="try again later: --resume keeps the rest"
            )
        return ProviderRefused(what, where=where, hint=_hint(reply.status))

    def _cost(self, turn: Turn) -> float | None:
        return self._price(turn.usage, turn.model or self.provider.model)

    def _price(self, usage: Usage, model: str) -> float | None:
        return price(usage, model, self._url, self._world.prices.get(self.provider.model))


def request(provider: Provider, api: Api, messages: tuple[Message, ...], case: Case) -> Asked:
    """Encode a request as it is sent, and as it is looked up in a cassette."""
    tools, tool_format = case.tools, provider.tool_format
    if tool_format is not None:
        messages, tools = offered_in_text(messages, tools, tool_format), ()
    body = api.encode(provider, messages, tools, case.settings)
    return Asked(method="POST", url=api.endpoint(provider), body=body)


def most_output(body: JsonObject) -> int:
    """The most tokens that an answer may have, by the request for it."""
    named = (body.get(name) for name in MOST_OUTPUT)
    return max((value for value in named if isinstance(value, int)), default=0)


def _as_kept(reply: Reply, cassette: Cassette) -> Reply:
    """Take the secrets out of a reply, so that a replay will judge the same."""
    body = cassette.clean(reply.body)
    if body == reply.body:
        return reply
    return replace(reply, body=body, marks=reply.marks if len(body) == len(reply.body) else ())


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read how long the provider wants us to wait: `retry-after-ms`, else `retry-after`.

    `retry-after` holds seconds or a date (RFC 9110, 10.2.3); a date is counted from the reply's
    own `date`, so that no clock of ours is asked.
    """
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        value = headers.get("retry-after")
        if value is None:
            return None
        if value.strip()[:1].isdigit():
            return float(value)
        until, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _may_retry(reply: Reply) -> bool:
    if reply.headers.get("x-should-retry") == "false":
        return False
    return b"insufficient_quota" not in reply.body


def _json_or_none(body: bytes) -> JsonValue:
    try:
        value: JsonValue = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


def _message(body: bytes) -> str:
    """Find the provider's own words in an error body; both families put them in `error.message`."""
    value = _json_or_none(body)
    error = value.get("error") if isinstance(value, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    text = message if isinstance(message, str) else body.decode(errors="replace")
    return " ".join(text.split())[:300] or "(empty body)"


def _hint(status: int) -> str:
    match status:
        case 401 | 403:
            return "check the key in the environment variable that the provider names"
        case 404:
            return "check the provider's model and base_url"
        case _:
            return "the provider does not take this request: check model, settings and tools"
