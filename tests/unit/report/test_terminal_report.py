from __future__ import annotations

import re
from io import StringIO

import pytest
from msgspec.structs import replace
from rich.console import Console
from shop_run import HOSTILE, hostile_run, shop_run

from evalkit.report import render_terminal
from evalkit.results import Status, Verdict


def printed(record, width=100, **options):
    console = Console(file=StringIO(), width=width, **options)
    render_terminal(record, console, whole="the page shows all")
    return console.file.getvalue()


def test_the_verdict_stands_at_the_end_with_what_a_reader_must_know():
    lines = " ".join(printed(shop_run()).split())

    assert lines.endswith(
        "careful passes 30 of 30, careful-anthropic 29 of 29, hasty 17 of 30; hasty (p = 0.00073) "
        "is behind careful beyond chance, careful-anthropic within it. Simulated: no real model "
        "gave any of these answers. Errored, and in no rate: 1 conversation (careful-anthropic 1)."
    )


def test_each_failure_has_its_kind_and_reason_and_each_error_its_hint():
    text = printed(shop_run())

    assert (
        "  ✗ refunds::lower-case-id [hasty]  suites/refunds.yaml:70:5\n"
        "      wrong_argument: get_order $.order_id: expected 'A8472', got '8472'\n"
    ) in text
    assert "      hint: evalkit run suites/weather.yaml --record missing\n" in text
    assert "Failed (13)" in text
    assert "Errored (1)" in text


def test_trouble_of_several_lines_is_told_in_one():
    record = shop_run()
    (errored,) = [result for result in record.results if result.transcript.trouble]
    trouble = replace(
        errored.transcript.trouble, what="it differs\n    $.a: 1 -> 2\n    $.b: 3 -> 4"
    )
    told = replace(errored, transcript=replace(errored.transcript, trouble=trouble))

    assert "it differs; $.a: 1 -> 2; $.b: 3 -> 4" in printed(replace(record, results=(told,)))


def test_a_long_list_says_where_the_rest_of_it_is():
    record = shop_run()
    failed = next(result for result in record.results if result.failures)

    text = printed(replace(record, results=(failed,) * 53))

    assert "\n  … and 3 more: the page shows all\n" in text


def test_what_could_not_be_judged_says_why():
    record = shop_run()
    verdict = Verdict(expectation="limits", status=Status.ERRORED, reason="its price is not known")
    unjudged = replace(record.results[0], status=Status.ERRORED, verdicts=(verdict,))

    assert "errored: its price is not known" in printed(replace(record, results=(unjudged,)))


def test_every_rate_has_the_errored_beside_it():
    rates = [
        "Accuracy", "Cases passed", "Tool selection F1", "Right arguments", "Over-call rate",
        "No-call rate", "Malformed JSON", "Schema violations", "Unknown tools",
    ]  # fmt: skip

    lines = printed(shop_run(), width=200).splitlines()

    for rate in rates:
        (line,) = [line for line in lines if line.startswith(rate)]
        assert line.count("+1 errored") == 1, rate


@pytest.mark.parametrize("width", [40, 62, 80, 200])
def test_no_line_is_wider_than_the_terminal(width):
    lines = printed(shop_run(), width).splitlines()

    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", range(62, 140, 6))
def test_a_note_that_has_no_room_beside_its_figure_stands_whole_below_it(width):
    lines = printed(shop_run(), width).splitlines()

    noted = [line for line in lines if "(P " in line]
    assert noted
    assert all(line.count("(P ") == line.count("%)") for line in noted)


def test_a_narrow_terminal_shows_the_providers_below_one_another():
    text = printed(shop_run(), 60)

    assert text.count("Accuracy ") == 3


def test_without_colour_nothing_but_text_is_written():
    coloured = printed(shop_run(), force_terminal=True, color_system="standard")
    plain = printed(shop_run(), force_terminal=True, color_system="standard", no_color=True)

    assert "\x1b[31m" in coloured
    assert "\x1b[3" not in plain


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_neither_commands_the_terminal_nor_counts_as_style(text):
    shown = printed(hostile_run(f"[bold red]{text}"), width=200)

    assert set(shown) & {chr(code) for code in range(32)} <= {"\n"}
    assert "[bold red]" in shown
    assert "\u202e" not in shown


def test_trials_bring_rows_of_their_own():
    record = shop_run()
    again = tuple(replace(result, trial=1) for result in record.results)

    lines = printed(replace(record, results=record.results + again)).splitlines()

    assert any(re.match(r"pass\^k +100 % \(k = 2\)", line) for line in lines)
    assert any(line.startswith("Flaky cases") for line in lines)
    assert any("greetings::hello (trial 2) [hasty]" in line for line in lines)


def test_skipped_cases_are_counted_where_there_are_any():
    record = shop_run()
    skipped = replace(record.results[0], status=Status.SKIPPED, skip_reason="flaky upstream")

    with_skip = printed(replace(record, results=(skipped, *record.results[1:])))

    assert re.search(r"^Skipped +1 +0 +0", with_skip, re.MULTILINE)
    assert "Skipped" not in printed(record)


def test_ranks_and_the_front_of_accuracy_over_cost_stand_last_in_the_table():
    lines = [" ".join(line.split()) for line in printed(shop_run(), width=200).splitlines()]

    latency = next(index for index, line in enumerate(lines) if line.startswith("Latency p95"))
    assert lines[latency + 2 : latency + 4] == [
        "Rank 1 tied (1 to 2) 1 tied (1 to 2) 3",
        "Pareto front on unknown (a price is missing) off (beaten by careful)",
    ]


def test_a_single_provider_has_no_rank():
    record = shop_run()
    alone = tuple(result for result in record.results if result.provider == "hasty")

    assert "Rank" not in printed(replace(record, results=alone))
