from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode

import pytest
from shop_before import compared, written
from shop_run import shop_run

from evalkit.baseline import Change, compare_runs, scan_run
from evalkit.errors import UnknownName
from evalkit.report import render_compare_page, render_html, render_markdown
from evalkit.report._since import case_address, since


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return compared(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def index(comparison):
    return island(render_html(shop_run(), comparison), "index")


def island(source, name):
    (packed,) = re.findall(rf'id="{name}">([^<]*)<', source)
    return json.loads(gzip.decompress(b64decode(packed)))


def test_the_verdict_says_what_broke_and_what_was_fixed(comparison):
    assert since(comparison).verdict == (
        "Since the baseline hasty breaks 1 case and fixes 1 (within chance, p = 1)."
    )


def test_a_changed_case_has_both_sides_and_why(comparison):
    (broken,) = since(comparison).of(Change.BROKEN)

    assert (broken.title, broken.provider, broken.cause) == (
        "refunds::lower-case-id",
        "hasty",
        "the same question, another answer",
    )
    assert (broken.before.status, broken.after.status) == ("passed", "failed")
    assert broken.reasons == (
        ("wrong_argument", "get_order $.order_id: expected 'A8472', got '8472'"),
    )


def test_broken_cases_come_before_fixed_ones_and_those_before_all_others(comparison):
    changes = list(dict.fromkeys(each.change.value for each in since(comparison).cases))

    assert changes == ["broken", "fixed", "new", "gone", "unjudged"]


def test_nothing_changed_is_said_in_so_many_words(tmp_path):
    path = written(tmp_path / "run.jsonl", shop_run())

    found = since(compare_runs(scan_run(path), scan_run(path)))

    assert found.verdict == "No case is broken and none is fixed since the baseline."


def test_the_grid_knows_what_changed_and_where_the_other_side_is(index):
    rows = {f"{row['suite']}::{row['case']}": row for row in index["cases"]}

    broken = rows["refunds::lower-case-id"]["changes"][index["providers"].index("hasty")]

    assert broken == {"change": "broken", "before": 90, "why": "the same question, another answer"}
    assert "changes" not in rows["refunds::two-orders"]
    assert rows["greetings::goodbye"]["cells"] == [[], [], []]
    assert index["sides"] == ["before", "now"]


def test_the_first_screen_leads_with_what_broke(comparison):
    source = render_html(shop_run(), comparison)

    first = [
        source.index(text) for text in ("breaks 1 case", ">Broken ", ">Fixed ", "Providers</h2>")
    ]
    assert first == sorted(first)
    assert 'href="#case=refunds%3A%3Alower-case-id&amp;provider=hasty&amp;beside=before"' in source


def test_the_compare_page_lists_only_what_differs(comparison):
    index = island(render_compare_page(comparison), "index")

    assert {row["case"] for row in index["cases"]} == {
        "lower-case-id", "order-status", "hello", "goodbye", "umlaut",
    }  # fmt: skip


def test_two_providers_of_one_run_stand_beside_each_other_by_their_names(tmp_path):
    run = scan_run(written(tmp_path / "run.jsonl", shop_run()))

    source = render_compare_page(compare_runs(run.only("careful"), run.only("hasty")))

    assert island(source, "index")["sides"] == ["careful", "hasty"]
    for heading in ("Only careful passes", "Only hasty passes", "Only careful was asked"):
        assert f'<th scope="col">{heading}</th>' in source
    assert not re.search(">(Broken|Fixed|Gone|Worse|before)<", source)
    said = "Only careful passes 13 cases, only hasty 0: beyond chance, p = 0.00024."
    assert said in source.replace("\N{NO-BREAK SPACE}", " ")


def test_a_provider_that_was_not_asked_is_named_with_the_nearest(tmp_path):
    run = scan_run(written(tmp_path / "run.jsonl", shop_run()))

    with pytest.raises(UnknownName, match="did you mean 'hasty'"):
        run.only("hastly")


def test_markdown_folds_broken_and_fixed_before_all_failures(comparison):
    text = render_markdown(shop_run(), comparison)

    folded = re.findall(r"<summary>(.*?)</summary>", text)
    assert folded == ["1 broken", "1 fixed", "13 failed", "1 errored", "About this run"]
    assert text.splitlines()[2].startswith("**Since the baseline hasty breaks 1 case")


def test_an_address_holds_what_a_url_cannot():
    assert case_address("s", "a b&\ud800", "p") == "#case=s%3A%3Aa+b%26%EF%BF%BD&provider=p"
