"""The comparison of providers: measures as rows, one figure for each provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from evalkit.measures import ProviderSummary
from evalkit.report._figures import UNKNOWN, count, percent, seconds, span, usd
from evalkit.results import Rate


class Figure(Struct, frozen=True, kw_only=True):
    """What one cell of the comparison says."""

    text: str
    note: str = ""
    """What the number rests on: counts, an interval, where it comes from."""
    errored: int = 0
    """Conversations that could not be judged, beside every rate."""

    @property
    def line(self) -> str:
        """The whole cell on one line."""
        parts = [self.text, f"({self.note})" if self.note else "", self.errors]
        return " ".join(part for part in parts if part)

    @property
    def errors(self) -> str:
        return f"+{self.errored} errored" if self.errored else ""


class Measure(Struct, frozen=True, kw_only=True):
    """One row: what it is called, what it means, and how it reads off a summary."""

    label: str
    meaning: str
    read: Callable[[ProviderSummary], Figure]
    matters: Callable[[ProviderSummary], bool] = lambda _: True
    """The row is shown when it matters for any provider."""


class Row(Struct, frozen=True, kw_only=True):
    label: str
    meaning: str
    figures: tuple[Figure, ...]


class Section(Struct, frozen=True, kw_only=True):
    title: str
    rows: tuple[Row, ...]


def compare_providers(summaries: Sequence[ProviderSummary]) -> tuple[Section, ...]:
    return tuple(
        Section(title=title, rows=tuple(_row(measure, summaries) for measure in shown))
        for title, measures in _SECTIONS
        if (shown := [m for m in measures if any(m.matters(s) for s in summaries)])
    )


def _row(measure: Measure, summaries: Sequence[ProviderSummary]) -> Row:
    figures = tuple(measure.read(summary) for summary in summaries)
    return Row(label=measure.label, meaning=measure.meaning, figures=figures)


def _rate(read: Callable[[ProviderSummary], Rate]) -> Callable[[ProviderSummary], Figure]:
    def figure(summary: ProviderSummary) -> Figure:
        rate = read(summary)
        note = f"{rate.hits:,} of {rate.total:,}" if rate.total else ""
        return Figure(text=percent(rate.value), note=note, errored=summary.errored)

    return figure


def _accuracy(summary: ProviderSummary) -> Figure:
    accuracy = summary.accuracy
    note = span(accuracy.low, accuracy.high) if accuracy.cases else ""
    note += f"; {accuracy.stopped:,} stopped early" if accuracy.stopped else ""
    return Figure(text=percent(accuracy.value), note=note, errored=summary.errored)


def _passed(summary: ProviderSummary) -> Figure:
    accuracy = summary.accuracy
    return Figure(text=f"{accuracy.passed:,} of {accuracy.cases:,}", errored=summary.errored)


def _pass_hat_k(summary: ProviderSummary) -> Figure:
    accuracy = summary.accuracy
    return Figure(
        text=percent(accuracy.pass_hat_k), note=f"k = {accuracy.trials}", errored=summary.errored
    )


def _flaky(summary: ProviderSummary) -> Figure:
    accuracy = summary.accuracy
    least = "at least " if accuracy.stopped else ""
    return Figure(text=f"{least}{count(accuracy.flaky)}", errored=summary.errored)


def _f1(summary: ProviderSummary) -> Figure:
    selection = summary.selection
    parts = f"P {percent(selection.precision.value)}, R {percent(selection.recall.value)}"
    note = "" if selection.f1 is None else parts
    return Figure(text=percent(selection.f1), note=note, errored=summary.errored)


def _per_1000(summary: ProviderSummary) -> Figure:
    return Figure(text=usd(summary.cost.per_1000_usd), note=_unpriced(summary))


def _per_passed(summary: ProviderSummary) -> Figure:
    cost = summary.cost
    if cost.per_passed_usd is None and cost.priced:
        return Figure(text="none passed", note=_unpriced(summary))
    return Figure(text=usd(cost.per_passed_usd), note=_unpriced(summary))


def _unpriced(summary: ProviderSummary) -> str:
    cost = summary.cost
    return f"{cost.unpriced} without a price" if cost.unpriced and cost.priced else ""


def _tokens(summary: ProviderSummary) -> Figure:
    tokens = summary.tokens
    if tokens.input is None and tokens.output is None:
        return Figure(text=UNKNOWN)
    silent = f"{tokens.unreported} answers unreported" if tokens.unreported else ""
    return Figure(text=f"{count(tokens.input)} / {count(tokens.output)}", note=silent)


def _seconds(
    read: Callable[[ProviderSummary], float | None],
) -> Callable[[ProviderSummary], Figure]:
    def figure(summary: ProviderSummary) -> Figure:
        note = "recorded" if summary.latency.recorded else ""
        return Figure(text=seconds(read(summary)), note=note)

    return figure


def _has_trials(summary: ProviderSummary) -> bool:
    return summary.accuracy.trials > 1


_SECTIONS: tuple[tuple[str, tuple[Measure, ...]], ...] = (
    (
        "Right answers",
        (
            Measure(
                label="Accuracy",
                meaning="Mean pass rate of the graded cases, with its 95 % interval",
                read=_accuracy,
            ),
            Measure(
                label="Cases passed",
                meaning="Cases that passed in every graded trial; where trials stop early, in as "
                "many as the suite asks for",
                read=_passed,
            ),
            Measure(
                label="pass^k",
                meaning="How often k trials in a row would all pass",
                read=_pass_hat_k,
                matters=_has_trials,
            ),
            Measure(
                label="Flaky cases",
                meaning="Cases that passed in some trials and failed in others",
                read=_flaky,
                matters=_has_trials,
            ),
            Measure(
                label="Errored",
                meaning="Conversations that could not be judged; they enter no rate",
                read=lambda s: Figure(text=count(s.errored), note=f"of {s.conversations:,}"),
            ),
            Measure(
                label="Skipped",
                meaning="Conversations that the suite leaves out",
                read=lambda s: Figure(text=count(s.skipped)),
                matters=lambda s: s.skipped > 0,
            ),
        ),
    ),
    (
        "Choice of tools",
        (
            Measure(
                label="Tool selection F1",
                meaning="Called tools against expected tools: precision P, recall R",
                read=_f1,
            ),
            Measure(
                label="Right arguments",
                meaning="Calls of the right tool whose arguments all match",
                read=_rate(lambda s: s.arguments),
            ),
            Measure(
                label="Over-call rate",
                meaning="Cases that should call nothing and did",
                read=_rate(lambda s: s.over_calls),
            ),
            Measure(
                label="No-call rate",
                meaning="Cases that should call a tool and did not",
                read=_rate(lambda s: s.no_calls),
            ),
        ),
    ),
    (
        "Form of calls",
        (
            Measure(
                label="Malformed JSON",
                meaning="Calls whose argument string is no JSON object; n/a where the API "
                "delivers arguments already parsed",
                read=_rate(lambda s: s.malformed_json),
            ),
            Measure(
                label="Schema violations",
                meaning="Calls whose arguments break the schema of their tool",
                read=_rate(lambda s: s.schema_violations),
            ),
            Measure(
                label="Unknown tools",
                meaning="Calls of a tool that was not offered",
                read=_rate(lambda s: s.unknown_tools),
            ),
        ),
    ),
    (
        "Price and time",
        (
            Measure(
                label="Cost per 1,000 cases",
                meaning="USD for a thousand conversations like these",
                read=_per_1000,
            ),
            Measure(
                label="Cost per passed case",
                meaning="All that was spent, divided by the conversations that passed",
                read=_per_passed,
            ),
            Measure(
                label="Tokens in / out",
                meaning="As the provider reported them, over all graded conversations",
                read=_tokens,
            ),
            Measure(
                label="Latency p50",
                meaning="Half of the exchanges were faster",
                read=_seconds(lambda s: s.latency.p50_s),
            ),
            Measure(
                label="Latency p95",
                meaning="One exchange in twenty was slower",
                read=_seconds(lambda s: s.latency.p95_s),
            ),
        ),
    ),
)
