from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from shop_run import HOSTILE, hostile_run, shop_run

from evalkit.report import render_markdown
from evalkit.report._markdown import LIMIT, code, prose


def test_the_verdict_comes_first_then_the_table_then_what_failed_folded():
    text = render_markdown(shop_run())

    assert text.startswith("### evalkit\n\n**careful passes 30 of 30, careful-anthropic 29 of 29,")
    assert "> Simulated&#58; no real" not in text
    assert "> Simulated: no real model gave any of these answers." in text
    assert "| | careful (simulated) | careful-anthropic (simulated) | hasty (simulated) |\n" in text
    assert "| Malformed JSON | 0 % (0 of 23) | n/a +1 errored | 8 % (2 of 25) |\n" in text
    assert "| Rank | 1 tied (1 to 2) | 1 tied (1 to 2) | 3 |\n" in text
    assert (
        "| Pareto front | on | unknown (a price is missing) | off (beaten by careful) |\n" in text
    )
    assert "<details><summary>13 failed</summary>\n\n- **`greetings::hello`** `hasty`\n" in text
    assert "  - hint: `evalkit run suites/weather.yaml --record missing`\n" in text


def test_every_row_of_the_table_has_as_many_cells():
    rows = [line for line in render_markdown(shop_run()).splitlines() if line.startswith("|")]

    assert {line.count("|") for line in rows} == {5}
    assert len(rows) == 19


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_no_markup(text):
    written = render_markdown(hostile_run(text))

    outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", written)
    tags = set(re.findall(r"<[^>]*>", outside))
    assert tags <= {"<details>", "</details>", "<summary>", "</summary>"}
    assert outside.count("<details>") == 3
    assert not re.search(r"@\w|!\[|\]\(|https?://|www\.|(?m:^# )", outside)
    table = [line for line in written.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in table} == {3}


@given(st.text(st.characters(exclude_categories=[])))
def test_foreign_text_cannot_leave_its_code_span(text):
    span = code(text)

    fence = re.match("`+", span)[0]
    inside = span[len(fence) : -len(fence)]
    assert span.endswith(fence)
    assert fence not in re.findall("`+", inside)
    assert "\n" not in span


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("wrong_argument", "wrong_argument"),
        ("_em_", "&#95;em&#95;"),
        ("a | b", "a &#124; b"),
        ("http://x", "http&#58;//x"),
        ("gpt-5: 1.5 of 2", "gpt-5: 1.5 of 2"),
        ("@team", "@&#8203;team"),
    ],
)
def test_prose_stays_readable_where_it_is_harmless(text, written):
    assert prose(text) == written


def test_names_of_any_length_leave_a_table_that_fits():
    record = shop_run()
    renamed = tuple(
        replace(result, provider=f"{number} {'@<' * 2000}")
        for number in range(10)
        for result in record.results[:3]
    )

    assert len(render_markdown(replace(record, results=renamed)).encode()) <= LIMIT


def test_a_run_with_thousands_of_failures_stays_under_the_limit():
    record = shop_run()
    failed = [result for result in record.results if result.failures]
    many = tuple(
        replace(result, case=f"{result.case}-{number}-{'long' * 20}")
        for number in range(300)
        for result in failed
    )

    text = render_markdown(replace(record, results=many))

    assert len(text.encode()) <= LIMIT
    assert re.search(r"- and 3\d\d\d more, which the HTML report shows", text)
