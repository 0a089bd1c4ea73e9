from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace
from shop_run import HOSTILE, hostile_run, shop_run

from evalkit.report import render_html
from evalkit.transcript import ToolResult

WRITTEN = {name: text for name, text in HOSTILE.items() if text}
"""Without the empty text, which a page has nothing to show of."""


class Page(HTMLParser):
    """The page as a browser reads it: elements, attributes, and text by element."""

    def __init__(self, source):
        super().__init__()
        self.elements = []
        self.text = []
        self.islands = {}
        self.code = {}
        self._inside = None
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._inside = (tag, dict(attributes))

    def handle_endtag(self, tag):  # noqa: ARG002 - the parser's signature
        self._inside = None

    def handle_data(self, text):
        tag, attributes = self._inside or (None, {})
        if tag == "script" and attributes.get("id"):
            self.islands[attributes["id"]] = text
        elif tag in ("script", "style"):
            self.code[tag] = text
        else:
            self.text.append(text)

    @property
    def policy(self):
        (policy,) = [a["content"] for _, a in self.elements if a.get("http-equiv")]
        return policy


def unpack(packed):
    return json.loads(gzip.decompress(b64decode(packed)))


@pytest.fixture(scope="module")
def page():
    return Page(render_html(shop_run()))


def test_the_policy_admits_our_own_script_and_style_and_nothing_else(page):
    def digest(text):
        return b64encode(sha256(text.encode()).digest()).decode()

    assert page.policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest(page.code['style'])}'",
        f"script-src 'sha256-{digest(page.code['script'])}'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ]


def test_the_page_asks_for_nothing_outside_itself(page):
    asking = {"src", "href", "action", "srcset", "data", "poster", "ping", "background"}
    named = [value for _, attributes in page.elements for key, value in attributes.items()
             if key in asking]  # fmt: skip

    assert named == []
    assert not re.search(r"url\(|@import", page.code["style"])


def test_the_script_makes_no_markup_from_strings(page):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(|fetch\("

    assert re.findall(forbidden, page.code["script"]) == []


def test_the_first_screen_says_what_was_run_and_how_it_went(page):
    text = " ".join(" ".join(page.text).split())

    for said in (
        "careful passes 30 of 30, careful-anthropic 29 of 29, hasty 17 of 30",
        "Simulated: no real model gave any of these answers.",
        "Errored, and in no rate: 1 conversation (careful-anthropic 1).",
        "greetings, refunds, weather",
        "replayed from cassettes",
        "2026-11-18",
        "9f1c2e7",
        "careful-1 · anthropic",
    ):
        assert said in text


def test_a_report_of_several_runs_says_that_they_are_several():
    record = shop_run()
    joined = replace(record, header=replace(record.header, id="20261118-a, 20261119-b"))

    assert "<dt>Runs</dt><dd>20261118-a, 20261119-b</dd>" in render_html(joined)


def test_a_p_value_is_never_broken_across_lines(page):
    assert "hasty (p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.00073) is behind" in "".join(page.text)


def test_every_picture_has_a_title_and_a_description(page):
    pictures = [i for i, (tag, a) in enumerate(page.elements) if a.get("role") == "img"]

    assert len(pictures) == 7
    for at in pictures:
        assert [tag for tag, _ in page.elements[at + 1 : at + 3]] == ["title", "desc"]


def test_the_conversations_are_in_the_page_as_they_were():
    record = shop_run()
    page = Page(render_html(record))

    details = unpack(page.islands["part-0"])

    assert [(d["suite"], d["case"], d["provider"]) for d in details] == [
        (r.suite, r.case, r.provider) for r in record.results
    ]
    (malformed,) = [d for d in details if (d["case"], d["provider"]) == ("quoted-reason", "hasty")]
    assert malformed["marks"] == [
        [
            ['{"order_id": "A8472", "reason": ', []],
            ["'says \"do not bend\"'", ["single_quotes"]],
            [",", ["trailing_comma"]],
            ["}", []],
        ]
    ]
    assert malformed["rerun"] == (
        "evalkit run suites/refunds.yaml --case quoted-reason --provider hasty"
    )


def test_many_conversations_are_packed_in_parts():
    record = shop_run()
    many = tuple(
        replace(result, case=f"{result.case}-{number}")
        for number in range(3)
        for result in record.results
    )

    page = Page(render_html(replace(record, results=many)))

    assert sorted(page.islands) == ["index", "part-0", "part-1", "part-2", "tools"]
    assert len(unpack(page.islands["part-2"])) == 70
    assert len(unpack(page.islands["index"])["cases"]) == 90


def test_a_number_that_json_lacks_does_not_break_the_page():
    record = shop_run()
    first = record.results[0]
    odd = ToolResult(call_id="c", name="t", content={"rate": float("nan"), "most": float("inf")})
    transcript = replace(first.transcript, messages=(odd,))

    page = Page(render_html(replace(record, results=(replace(first, transcript=transcript),))))

    (detail,) = unpack(page.islands["part-0"])
    assert detail["transcript"]["messages"][0]["content"] == {"rate": "NaN", "most": "Infinity"}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_hostile_text_adds_no_element_and_no_attribute(text):
    def skeleton(record):
        return [(tag, sorted(a)) for tag, a in Page(render_html(record)).elements]

    assert skeleton(hostile_run(text)) == skeleton(hostile_run("harmless"))


def test_direction_marks_and_controls_are_written_out():
    source = render_html(hostile_run(HOSTILE["direction"] + HOSTILE["controls"]))

    assert set(source) & {"\u202e", "\u2066", "\u200b", "\x00", "\x1b", "\x07"} == set()
    assert r"abc\u202egnp.exe\u2066\u200b\xad" in source


def test_a_megabyte_from_a_model_is_packed_and_not_repeated_in_the_page():
    source = render_html(hostile_run("x" * 1_000_000))

    assert len(source) < 300_000


def test_a_run_without_results_is_a_page_too():
    text = " ".join(Page(render_html(replace(shop_run(), results=()))).text)

    assert "Nothing was run." in text
