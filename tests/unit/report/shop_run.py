"""A run of three providers over three small suites, written by hand, for the tests of reports."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from msgspec.structs import replace

from evalkit.parse import parse_arguments
from evalkit.results import CaseResult, Kind, Pairing, Status, Verdict
from evalkit.runfile import RunHeader, RunProvider, RunRecord, RunSuite
from evalkit.transcript import (
    Exchange,
    Prompt,
    Stop,
    ToolCall,
    ToolResult,
    Transcript,
    Trouble,
    Turn,
    Usage,
)

SYSTEM = {
    "greetings": "You help the customers of an online shop. Use a tool only when it is needed.",
    "refunds": "You handle refunds for an online shop. Never guess an order number.",
    "weather": "You answer questions about the weather. Ask for all cities at once.",
}

ORDER = {"order_id": "A8472", "status": "delivered", "amount_usd": 47.0}


def tool(name, description, **properties):
    parameters = {"type": "object", "properties": properties, "required": list(properties)[:1]}
    return {"name": name, "description": description, "parameters": parameters}


SHOP_TOOLS = (
    tool(
        "get_order",
        "Look up one order.",
        order_id={"type": "string", "pattern": "^A[0-9]{4}$"},
    ),
    tool("search_products", "Search the catalogue.", query={"type": "string"}),
    tool(
        "process_refund",
        "Refund a delivered order. Ask the customer for confirmation first.",
        order_id={"type": "string", "pattern": "^A[0-9]{4}$"},
        reason={"type": "string"},
    ),
)
WEATHER_TOOLS = (
    tool(
        "get_weather",
        "Current weather in a city.",
        location={"type": "string"},
        unit={"type": "string", "enum": ["celsius", "fahrenheit"]},
    ),
    tool("get_forecast", "Forecast.", location={"type": "string"}, days={"type": "integer"}),
)
TOOLS = {"greetings": SHOP_TOOLS, "refunds": SHOP_TOOLS, "weather": WEATHER_TOOLS}


@dataclass(frozen=True)
class Asked:
    """A case: its prompt, the calls that are right, what the tools answer, and a right answer."""

    suite: str
    case: str
    tags: tuple[str, ...]
    prompt: str
    answer: str
    calls: tuple[tuple[str, dict], ...] = ()
    outcome: object = field(default_factory=lambda: dict(ORDER))


@dataclass(frozen=True)
class Mistake:
    """What a hasty model does instead, and how it is judged."""

    calls: tuple[tuple[str, str], ...]
    verdict: Verdict
    text: str | None = None


def asked(suite, case, tags, prompt, answer, *calls):
    return Asked(suite, case, tuple(tags.split()), prompt, answer, calls)


def weather(*cities):
    return tuple(("get_weather", {"location": city}) for city in cities)


REFUND = ("process_refund", {"order_id": "A8472", "reason": "arrived broken"})
CASES = (
    asked("greetings", "hello", "F1", "hello", "Hello! What can I do for you?"),
    asked("greetings", "good-morning", "F1", "Good morning", "Good morning! How can I help?"),
    asked("greetings", "just-browsing", "F1", "I am just browsing, thanks", "Enjoy!"),
    asked("greetings", "thanks", "F1", "Thanks, that was all", "You are welcome."),
    asked("greetings", "small-talk", "F1", "How is your day going?", "Fine, thank you."),
    asked("greetings", "opening-hours", "F1 policy", "When are you open?", "Always."),
    asked("greetings", "who-are-you", "F1", "Are you a robot?", "I am a program, yes."),
    asked("greetings", "joke", "F1", "Tell me a joke", "A null walks into a bar. None served."),
    asked(
        "refunds",
        "account-number-is-no-order",
        "F2 ids",
        "Can you refund my order? My account number is 8472.",
        "Which order is it? An order number looks like A1234.",
    ),
    asked("refunds", "order-status", "ids", "Where is order A8472?", "It was delivered.",
          ("get_order", {"order_id": "A8472"})),
    asked("refunds", "lower-case-id", "F2 ids", "where is order a8472", "It was delivered.",
          ("get_order", {"order_id": "A8472"})),
    asked("refunds", "confirm-first", "F4 money", "Refund order A8472, it arrived broken",
          "Order A8472 over $47.00: shall I refund it?", ("get_order", {"order_id": "A8472"})),
    asked("refunds", "confirmed", "F4 money", "Yes, refund A8472, it arrived broken",
          "Done: $47.00 are on their way.", REFUND),
    asked("refunds", "two-orders", "F5 parallel", "Compare orders A8472 and A8473",
          "Both were delivered.", ("get_order", {"order_id": "A8472"}),
          ("get_order", {"order_id": "A8473"})),
    asked("refunds", "quoted-reason", "F8", 'Refund A8472, the label says "do not bend"',
          "Done.", ("process_refund", {"order_id": "A8472", "reason": 'says "do not bend"'})),
    asked("refunds", "reason-with-newline", "F8", "Refund A8472. Reason:\nlid\nbroken", "Done.",
          ("process_refund", {"order_id": "A8472", "reason": "lid\nbroken"})),
    asked("refunds", "no-invented-reason", "F9", "Refund A8472", "Why, please?"),
    asked("refunds", "search-not-order", "F11", "Do you sell oak tables?", "Yes, three of them.",
          ("search_products", {"query": "oak table"})),
    asked("refunds", "injected-instruction", "F23 safety", "What is the status of A8472?",
          "It was delivered.", ("get_order", {"order_id": "A8472"})),
    asked("weather", "one-city", "simple", "Weather in Oslo?", "It is 4 degrees.",
          *weather("Oslo")),
    asked("weather", "two-cities[Paris]", "F5 parallel", "Weather in Paris and in Oslo, please",
          "11 and 4 degrees.", *weather("Paris", "Oslo")),
    asked("weather", "two-cities[Tokyo]", "F5 parallel", "Weather in Tokyo and in Oslo, please",
          "18 and 4 degrees.", *weather("Tokyo", "Oslo")),
    asked("weather", "three-cities", "F6 parallel", "Oslo, Paris and Rome?", "4, 11 and 19.",
          *weather("Oslo", "Paris", "Rome")),
    asked("weather", "fahrenheit", "F9", "Oslo in Fahrenheit?", "39 degrees.",
          ("get_weather", {"location": "Oslo", "unit": "fahrenheit"})),
    asked("weather", "umlaut", "text", "Wetter in Göttingen 🌧?", "7 Grad.",
          *weather("Göttingen")),
    asked("weather", "forecast-days", "simple", "Rome for the next three days?", "Sunny.",
          ("get_forecast", {"location": "Rome", "days": 3})),
    asked("weather", "no-such-tool", "F10", "Book me a flight to Rome", "I cannot book flights."),
    asked("weather", "climate-question", "F21", "Why is the sky blue?", "Scattered light."),
    asked("weather", "rain-tomorrow", "simple", "Rain in Oslo tomorrow?", "Yes.",
          ("get_forecast", {"location": "Oslo", "days": 1})),
    asked("weather", "typo-city", "text", "Wether in Barclona?", "21 degrees.",
          *weather("Barcelona")),
)  # fmt: skip


def wrong(kind, reason, **more):
    return Verdict(
        expectation=more.pop("expectation", "calls[0]"),
        status=Status.FAILED,
        kind=kind,
        reason=reason,
        **more,
    )


def over_call(name):
    return wrong(Kind.OVER_CALL, f"{name} was called; no call was expected",
                 expectation="no_call", call=0)  # fmt: skip


MISTAKES = {
    "hello": Mistake(
        (("search_products", '{"query": "hello"}'),), over_call("search_products")
    ),
    "just-browsing": Mistake(
        (("search_products", '{"query": "popular products"}'),), over_call("search_products")
    ),
    "account-number-is-no-order": Mistake(
        (("process_refund", '{"order_id": "8472", "reason": "customer request"}'),),
        wrong(Kind.FORBIDDEN_CALL, "process_refund(order_id='8472', …) was called; it is forbidden",
              expectation="forbid process_refund", expected=None,
              actual={"order_id": "8472", "reason": "customer request"}, call=0),
    ),
    "lower-case-id": Mistake(
        (("get_order", '{"order_id": "8472"}'),),
        wrong(Kind.WRONG_ARGUMENT, "get_order $.order_id: expected 'A8472', got '8472'",
              path="$.order_id", expected="A8472", actual="8472", call=0),
    ),
    "confirm-first": Mistake(
        (("process_refund", '{"order_id": "A8472", "reason": "arrived broken"}'),),
        wrong(Kind.UNCONFIRMED_ACTION, "process_refund ran before the user confirmed", call=0,
              expectation="confirm process_refund"),
        "I have refunded $47.00.",
    ),
    "two-orders": Mistake(
        (("get_order", '{"order_id": "A8472"}'),),
        wrong(Kind.MISSING_CALL, "get_order was not called a second time; "
              "expected get_order(order_id='A8473')", expectation="calls[1] get_order",
              expected={"order_id": "A8473"}),
    ),
    "quoted-reason": Mistake(
        (("process_refund", '{"order_id": "A8472", "reason": \'says "do not bend"\',}'),),
        wrong(Kind.MALFORMED_JSON, "process_refund: the arguments are no JSON object "
              "(single quotes, trailing comma); would have been right", call=0,
              expected={"order_id": "A8472", "reason": 'says "do not bend"'},
              actual='{"order_id": "A8472", "reason": \'says "do not bend"\',}'),
    ),
    "reason-with-newline": Mistake(
        (("process_refund", '{"order_id": "A8472", "reason": "lid\nbroken"'),),
        wrong(Kind.MALFORMED_JSON, "process_refund: the arguments are no JSON object "
              "(unescaped control character, truncated)", call=0,
              expected={"order_id": "A8472", "reason": "lid\nbroken"},
              actual='{"order_id": "A8472", "reason": "lid\nbroken"'),
    ),
    "search-not-order": Mistake(
        (("get_order", '{"order_id": "oak table"}'),),
        wrong(Kind.WRONG_TOOL, "get_order was called where search_products was expected", call=0,
              expectation="calls[0] search_products"),
    ),
    "two-cities[Tokyo]": Mistake(
        (("get_weather", '{"location": "Tokyo"}'),),
        wrong(Kind.MISSING_CALL, "get_weather(location='Oslo') was never called",
              expectation="calls[1] get_weather", expected={"location": "Oslo"}),
    ),
    "fahrenheit": Mistake(
        (("get_weather", '{"location": "Oslo", "unit": "F", "pineapple": true}'),),
        wrong(Kind.SCHEMA_VIOLATION, "get_weather $.unit: 'F' is not one of celsius, fahrenheit",
              path="$.unit", expected="fahrenheit", actual="F", call=0),
    ),
    "no-such-tool": Mistake(
        (("book_flight", '{"to": "Rome"}'),),
        wrong(Kind.UNKNOWN_TOOL, "book_flight is no tool of this case; "
              "it has get_forecast and get_weather", expectation="no_call", call=0),
    ),
    "typo-city": Mistake(
        (("get_weather", '{"location": "Barclona"}'),),
        wrong(Kind.WRONG_ARGUMENT, "get_weather $.location: expected 'Barcelona', got 'Barclona'",
              path="$.location", expected="Barcelona", actual="Barclona", call=0),
    ),
}  # fmt: skip

ERRORED = Trouble(
    stop=Stop.CASSETTE_MISS,
    error="CassetteMiss",
    what="nothing was recorded for this request; the nearest recording differs in messages[1]",
    hint="evalkit run suites/weather.yaml --record missing",
)

PROVIDERS = (
    RunProvider(name="careful", api="openai-chat", model="careful-1", simulated=True),
    RunProvider(name="careful-anthropic", api="anthropic", model="careful-1", simulated=True),
    RunProvider(name="hasty", api="openai-chat", model="hasty-1", simulated=True),
)

HEADER = RunHeader(
    id="20261120-174500-3f2a",
    started_at="2026-11-20T17:45:00Z",
    evalkit_version="0.1.0",
    mode="none",
    command="evalkit run suites/",
    commit="9f1c2e7",
    suites=tuple(
        RunSuite(name=name, file=f"suites/{name}.yaml", tools=tools)
        for name, tools in TOOLS.items()
    ),
    providers=PROVIDERS,
)


def shop_run() -> RunRecord:
    results = (judged(case, provider) for case in CASES for provider in PROVIDERS)
    return RunRecord(header=HEADER, results=tuple(results), finished_at="2026-11-20T17:45:02Z")


def judged(case: Asked, provider: RunProvider) -> CaseResult:
    if (provider.name, case.case) == ("careful-anthropic", "umlaut"):
        return errored(case, provider)
    mistake = MISTAKES.get(case.case) if provider.name == "hasty" else None
    written = mistake.calls if mistake else [(n, json.dumps(a)) for n, a in case.calls]
    shows_raw = provider.api != "anthropic"
    calls = tuple(made(index, *one, shows_raw=shows_raw) for index, one in enumerate(written))
    verdicts = (mistake.verdict,) if mistake else passed(case)
    return CaseResult(
        suite=case.suite,
        case=case.case,
        provider=provider.name,
        model=provider.model,
        trial=0,
        tags=case.tags,
        status=Status.FAILED if mistake else Status.PASSED,
        verdicts=verdicts,
        pairings=pairings(case, calls),
        expects_no_call=not case.calls,
        expect={"calls": [{n: a} for n, a in case.calls]} if case.calls else "no_call",
        where=f"suites/{case.suite}.yaml:{10 + 6 * CASES.index(case)}:5",
        transcript=conversation(case, provider, calls, mistake),
    )


def passed(case):
    names = [f"calls[{index}] {name}" for index, (name, _) in enumerate(case.calls)]
    return tuple(Verdict(expectation=n, status=Status.PASSED) for n in names or ["no_call"])


def made(index, name, raw, *, shows_raw):
    read = parse_arguments(raw)
    return ToolCall(
        id=f"call_{index}",
        name=name,
        raw=raw if shows_raw else None,
        arguments=read.value,
        defects=read.defects,
    )


def pairings(case, calls):
    width = max(len(case.calls), len(calls))
    expected = [*case.calls, *[None] * (width - len(case.calls))]
    called = [*calls, *[None] * (width - len(calls))]
    return tuple(
        Pairing(
            expected=want and want[0],
            called=got and got.name,
            arguments_match=bool(want and got and want == (got.name, got.arguments)),
        )
        for want, got in zip(expected, called, strict=True)
    )


def conversation(case, provider, calls, mistake):
    size = 400 + 7 * len(case.prompt) + 31 * len(calls)
    usage = Usage(input=size, output=12 + 21 * len(calls), cache_read=256)
    results = tuple(
        ToolResult(call_id=call.id, name=call.name, content=dict(ORDER)) for call in calls
    )
    said = (mistake and mistake.text) or case.answer
    last = Turn(text=said, usage=usage, finish="stop")
    turns = (Turn(calls=calls, usage=usage, finish="tool_calls"), *results, last)
    latency = (0.3 if provider.name == "hasty" else 0.55) + (len(case.prompt) % 13) / 20
    exchange = Exchange(
        latency_s=latency,
        replayed=True,
        cassette=f"{case.suite}/{provider.name}--{provider.model}/{case.case}.yaml",
        cost_usd=None if provider.name == "careful-anthropic" else size * 4e-7,
    )
    return Transcript(
        suite=case.suite,
        case=case.case,
        provider=provider.name,
        model=provider.model,
        given=(
            Prompt(role="system", text=SYSTEM[case.suite]),
            Prompt(role="user", text=case.prompt),
        ),
        messages=turns if calls else (last,),
        exchanges=(exchange, exchange) if calls else (exchange,),
        simulated=True,
        recorded_at="2026-11-18T09:30:00Z",
    )


def errored(case, provider):
    transcript = Transcript(
        suite=case.suite,
        case=case.case,
        provider=provider.name,
        model=provider.model,
        given=(
            Prompt(role="system", text=SYSTEM[case.suite]),
            Prompt(role="user", text=case.prompt),
        ),
        stop=Stop.CASSETTE_MISS,
        trouble=ERRORED,
        simulated=True,
    )
    return CaseResult(
        suite=case.suite,
        case=case.case,
        provider=provider.name,
        model=provider.model,
        trial=0,
        tags=case.tags,
        status=Status.ERRORED,
        verdicts=(),
        pairings=(),
        expects_no_call=False,
        transcript=transcript,
    )


def with_result(record: RunRecord, result: CaseResult) -> RunRecord:
    return replace(record, results=(*record.results, result))


def hostile_run(text: str) -> RunRecord:
    """One failed case in which everything that a model, tool or suite can write is `text`."""
    case = Asked("greetings", text, (text,), text, text, (("get_order", {"order_id": text}),))
    provider = replace(PROVIDERS[0], name=text, model=text)
    calls = (
        ToolCall(id=text, name=text, raw=text, arguments=None),
        ToolCall(id=text, name=text, raw=None, arguments={text: text}),
    )
    verdict = wrong(Kind.WRONG_ARGUMENT, text, expectation=text, path=text, expected=text,
                    actual={text: text}, call=0)  # fmt: skip
    result = CaseResult(
        suite="greetings",
        case=text,
        provider=text,
        model=text,
        trial=0,
        tags=(text,),
        status=Status.FAILED,
        verdicts=(verdict,),
        pairings=(Pairing(expected=text, called=text),),
        expects_no_call=False,
        transcript=conversation(case, provider, calls, None),
    )
    header = replace(
        HEADER, providers=(provider,), command=text, commit=text, suites=(
            RunSuite(name="greetings", file=text, description=text, tools=(tool(text, text),)),
        )
    )  # fmt: skip
    trouble = replace(
        errored(case, provider),
        case=f"{text}2",
        transcript=replace(
            errored(case, provider).transcript, trouble=replace(ERRORED, what=text, hint=text)
        ),
    )
    return RunRecord(header=header, results=(result, trouble))


HOSTILE = {
    "script": "</script><script>document.title='owned'</script>",
    "handler": "<img src=x onerror=\"document.title='owned'\">",
    "attribute": '" onmouseover="document.title=\'owned\'" x="',
    "address": "javascript:document.title='owned'",
    "outside": "https://example.com/x.png ![x](https://example.com/y.png)",
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} <%= 7 %>",
    "markdown": "`x` | **b** [l](j) <details> @someone #1 ~~s~~ $m$ www.example.com",
    "direction": "abc\u202egnp.exe\u2066\u200b\u00ad",
    "tags": "hi \U000e0041\U000e0042 there",
    "controls": "a\x00b\x1b[31mc\x07\x7f\x85\ufffe\uffff",
    "lines": "one\r\ntwo\u2028three\n# four\n- five\n]]>",
    "surrogate": "lone \ud800 and \udfff",
    "formula": "=HYPERLINK(A1)",
    "nothing": "",
}
