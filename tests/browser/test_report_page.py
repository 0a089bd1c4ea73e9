from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from shop_before import compared
from shop_run import HOSTILE, hostile_run, shop_run

from evalkit.report import render_compare_page, render_html


@pytest.fixture(scope="module")
def source():
    return render_html(shop_run())


@pytest.fixture(scope="module")
def since_baseline(tmp_path_factory):
    return render_html(shop_run(), compared(tmp_path_factory.mktemp("runs")))


@pytest.fixture(scope="module")
def compare_page(tmp_path_factory):
    return render_compare_page(compared(tmp_path_factory.mktemp("runs")))


def expect(part):
    """Wait until something holds of a part of the page; nothing is evaluated inside of it."""
    from playwright.sync_api import expect as expected

    return expected(part)


def shown(page):
    return page.locator("#shown").inner_text()


def rows(page):
    """The cases in sight, as `suite::case` from the suites' own words."""
    return page.locator("#rows .case a").all_inner_texts()


def title(page):
    return page.locator("#case-title").inner_text()


@pytest.mark.parametrize(
    ("control", "choice", "count"),
    [
        ("#status", "failed", "13 of 30"),
        ("#status", "errored", "1 of 30"),
        ("#status", "providers differ", "13 of 30"),
        ("#kind", "malformed JSON", "2 of 30"),
        ("#tag", "F5", "3 of 30"),
        ("#provider", "hasty", "30"),
    ],
)
def test_a_choice_filters_the_cases(open_page, source, control, choice, count):
    page = open_page(source)

    page.select_option(control, label=choice)

    assert shown(page) == count


def test_filters_add_up_and_can_be_cleared(open_page, source):
    page = open_page(source)

    page.select_option("#provider", label="careful")
    page.select_option("#status", label="failed")
    assert shown(page) == "0 of 30"
    page.click("#clear")

    assert shown(page) == "30"
    assert page.locator("#grid").is_visible()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("tokyo", ["weather::two-cities[Tokyo]"], id="case"),
        pytest.param("do not bend", ["refunds::quoted-reason"], id="prompt"),
        pytest.param("barclona expected", ["weather::typo-city"], id="reason, any order"),
    ],
)
def test_the_search_looks_through_case_prompt_and_reason(open_page, source, words, found):
    page = open_page(source)

    page.fill("#text", words)

    assert rows(page) == found


def test_what_needs_eyes_comes_first(open_page, source):
    page = open_page(source)

    outcomes = page.locator("#rows .row").evaluate_all(
        "rows => rows.map(row => ['failed', 'errored'].find(s => row.querySelector('.' + s)))"
    )

    assert outcomes[:14] == ["failed"] * 13 + ["errored"]
    assert set(outcomes[14:]) == {None}


def test_the_keyboard_walks_opens_and_closes(open_page, source):
    page = open_page(source)
    press = page.keyboard.press

    for key in ("j", "j", "j", "k"):
        press(key)
    assert page.evaluate("document.activeElement.textContent") == "greetings::just-browsing"
    press("Enter")
    page.wait_for_selector("#case-title")
    assert title(page) == "greetings::just-browsing"
    press("j")
    expect(page.locator("#case-title")).to_contain_text("account")
    press("Escape")

    assert page.locator("#case").is_hidden()
    assert page.url.endswith(".html")
    assert page.evaluate("document.activeElement.textContent").startswith("refunds::account")


def test_h_and_l_walk_through_the_providers_of_a_case(open_page, source):
    page = open_page(source, "#case=refunds%3A%3Aquoted-reason&provider=hasty")
    selected = page.locator("#case [aria-selected=true]")

    page.keyboard.press("l")
    expect(page).to_have_url(re.compile("provider=careful"))
    page.wait_for_selector("#case .verdict.passed")
    assert selected.inner_text() == "careful"
    page.keyboard.press("h")
    page.wait_for_selector("#case .verdict.failed")

    assert selected.inner_text() == "hasty"


def test_slash_searches_and_question_mark_helps_but_not_while_typing(open_page, source):
    page = open_page(source)

    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("?")
    page.keyboard.press("/")
    page.keyboard.type("j?k")

    assert page.input_value("#text") == "j?k"
    assert page.locator("#help").is_hidden()


def test_an_address_opens_its_case_and_provider(open_page, source):
    page = open_page(source, "#case=weather%3A%3Atwo-cities%5BTokyo%5D&provider=careful")

    assert title(page) == "weather::two-cities[Tokyo]"
    assert page.locator("#case [aria-selected=true]").inner_text() == "careful"


def test_without_a_provider_the_one_that_failed_is_shown(open_page, source):
    page = open_page(source, "#case=refunds%3A%3Alower-case-id")

    assert page.locator("#case [aria-selected=true]").inner_text() == "hasty"


def test_an_address_of_no_case_opens_nothing(open_page, source):
    page = open_page(source, "#case=nope")

    assert page.locator("#case").is_hidden()


def test_a_case_shows_its_verdict_the_values_side_by_side_and_how_to_run_it(open_page, source):
    page = open_page(source, "#case=refunds%3A%3Alower-case-id&provider=hasty")
    case = page.locator("#case")

    assert case.locator(".kind").text_content() == "wrong argument"
    assert case.locator(".sides pre").all_inner_texts() == ["A8472", "8472"]
    assert case.locator(".gone").inner_text() == "A"
    assert case.locator(".command").inner_text() == (
        "evalkit run suites/refunds.yaml --case lower-case-id --provider hasty"
    )
    text = case.inner_text()
    for said in (
        "simulated: no real model answered",
        "You handle refunds for an online shop.",
        "where is order a8472",
        "All that the suite expects",
        "suites/refunds.yaml:70:5",
        "expectation calls[0] at $.order_id",
        "refunds/hasty--hasty-1/lower-case-id.yaml",
        "0.65 s + 0.65 s, recorded",
    ):
        assert said in text


def test_the_defects_of_an_argument_string_are_marked_at_their_place(open_page, source):
    page = open_page(source, "#case=refunds%3A%3Aquoted-reason&provider=hasty")

    marks = page.locator("#case mark").evaluate_all(
        "marks => marks.map(m => [m.innerText, m.title])"
    )

    assert marks == [["'says \"do not bend\"'", "single quotes"], [",", "trailing comma"]]


def test_an_errored_case_says_why_and_what_to_do_and_blames_no_model(open_page, source):
    page = open_page(source, "#case=weather%3A%3Aumlaut&provider=careful-anthropic")

    text = page.locator("#case").inner_text()

    assert "errored: CassetteMiss" in text.replace("Errored", "errored")
    assert "hint: evalkit run suites/weather.yaml --record missing" in text
    assert "The model is not to blame" in text


def test_trials_of_a_case_stand_side_by_side_and_mixed_ones_are_flaky(open_page):
    record = shop_run()
    first = record.results[2]
    again = replace(record.results[0], provider="hasty", trial=1)
    page = open_page(render_html(replace(record, results=(first, again))))

    page.select_option("#status", label="flaky")
    page.locator("#rows .case a").click()
    page.get_by_role("tab", name="trial 2: passed").click()

    expect(page).to_have_url(re.compile("trial=1"))
    page.wait_for_selector("#case .verdict.passed")
    assert page.locator("#case [aria-label=Trials] [aria-selected=true]").inner_text() == "trial 2"


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ("broken", ["refunds::lower-case-id"]),
        ("fixed", ["refunds::order-status"]),
        ("gone", ["greetings::goodbye"]),
    ],
)
def test_cases_are_filtered_by_what_became_of_them(open_page, since_baseline, choice, found):
    page = open_page(since_baseline)

    page.select_option("#change", label=choice)

    assert rows(page) == found


def test_broken_cases_stand_first_and_say_so(open_page, since_baseline):
    page = open_page(since_baseline)

    first = page.locator("#rows .row").first

    assert first.locator(".case a").inner_text() == "refunds::lower-case-id"
    assert first.locator(".changed").get_attribute("aria-label") == "broken failed wrong argument"


def test_without_a_baseline_nobody_is_asked_about_changes(open_page, source):
    page = open_page(source)

    assert page.locator("#change").is_hidden()


def test_a_broken_case_opens_with_both_sides_and_tells_the_same_once(open_page, since_baseline):
    page = open_page(since_baseline)

    page.get_by_role("link", name="refunds::lower-case-id").first.click()
    page.wait_for_selector("#case .pair")
    case = page.locator("#case")

    assert case.locator("h3.side").all_inner_texts() == ["before", "now"]
    assert case.locator(".note").inner_text() == "the same question, another answer"
    assert "The same in both: 2 messages" in case.inner_text()
    assert case.locator(".pair .call pre .new").all_inner_texts() == ["A"]


def test_another_provider_can_stand_beside_a_case_and_stays_while_walking(open_page, source):
    page = open_page(source, "#case=refunds%3A%3Alower-case-id&provider=hasty")

    page.select_option("#beside", label="careful")
    page.wait_for_selector("#case .pair")
    assert page.locator("#case h3.side").all_inner_texts() == ["hasty", "careful"]
    page.locator("#case-title").focus()
    page.keyboard.press("j")
    expect(page.locator("#case-title")).not_to_contain_text("lower-case-id")

    assert page.locator("#case h3.side").all_inner_texts() == ["hasty", "careful"]


def test_a_case_that_only_the_baseline_has_is_shown_as_it_was(open_page, since_baseline):
    page = open_page(since_baseline, "#case=greetings%3A%3Agoodbye&provider=careful")

    assert title(page) == "greetings::goodbye"
    selected = page.locator("#case [aria-selected=true]")
    assert selected.inner_text().split() == ["careful", "gone"]


def test_the_compare_page_lists_what_differs_and_opens_both_sides(open_page, compare_page):
    page = open_page(compare_page)
    assert shown(page) == "5"

    page.locator("#rows .case a").first.click()
    page.wait_for_selector("#case .pair")

    assert page.locator("#case h3.side").all_inner_texts() == ["before", "now"]


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1440, "light")])
@pytest.mark.parametrize("address", ["", "#case=refunds%3A%3Alower-case-id&provider=hasty"])
def test_axe_finds_nothing_in_comparisons(open_page, since_baseline, address, width, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    window = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    page = open_page(since_baseline, address, bypass_csp=True, **window)
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")

    found = axe.Axe().run(page)

    assert [violation["id"] for violation in found.response["violations"]] == []
    assert too_wide <= 0


def test_axe_finds_nothing_on_the_compare_page(open_page, compare_page):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    page = open_page(compare_page, bypass_csp=True)
    page.locator(".more > summary").click()

    found = axe.Axe().run(page)

    assert [violation["id"] for violation in found.response["violations"]] == []


@pytest.mark.parametrize("width", [400, 1440])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_page_fits_its_window_in_dark_and_light(open_page, source, width, scheme):
    page = open_page(
        source,
        "#case=refunds%3A%3Aquoted-reason",
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )

    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert too_wide <= 0
    assert paper == {"dark": "rgb(20, 23, 28)", "light": "rgb(255, 255, 255)"}[scheme]


def test_a_printed_page_holds_every_case(open_page, source):
    page = open_page(source)
    in_sight = page.locator("#rows .row").count()

    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert in_sight < 30
    assert page.locator("#rows .row").count() == 30
    assert page.locator(".more[open]").count() == 3
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#rows .row").count() == in_sight
    assert page.locator(".more[open]").count() == 0


def test_the_name_of_a_case_has_room_however_many_providers_stand_beside_it(open_page, source):
    page = open_page(source, viewport={"width": 700, "height": 900})

    width = page.locator("#rows .case").first.evaluate("cell => cell.getBoundingClientRect().width")

    assert width > 200


def test_without_scripts_the_figures_stand_and_the_list_says_what_it_needs(open_page, source):
    page = open_page(source, java_script_enabled=False)

    text = page.locator("main").inner_text()

    assert "The list of cases needs JavaScript" in text
    assert "Malformed JSON" in text


def test_thousands_of_cases_put_few_rows_into_the_page(open_page):
    record = shop_run()
    many = tuple(
        replace(record.results[number % 90], case=f"case-{number}", provider=f"p{column}")
        for number in range(2000)
        for column in range(5)
    )
    page = open_page(render_html(replace(record, results=many)))

    page.fill("#text", "case-1999")
    assert shown(page) == "1 of 2000"
    page.fill("#text", "")
    page.locator("#window").evaluate("view => { view.scrollTop = view.scrollHeight }")
    expect(page.locator("#rows")).to_contain_text("case-19")

    assert page.locator("#rows .row").count() < 60


@pytest.mark.parametrize("text", [text for text in HOSTILE.values() if text],
                         ids=[name for name in HOSTILE if HOSTILE[name]])  # fmt: skip
def test_hostile_output_does_nothing(open_page, text):
    page = open_page(render_html(hostile_run(text)))
    elements = "document.querySelectorAll('script, img, iframe, style, link, object').length"
    before = page.evaluate(elements)

    for at in (0, 1):
        page.locator("#rows .case a").nth(at).click()
        page.wait_for_selector("#case:not([hidden])")
        for folded in page.locator("#case summary").all():
            folded.click()
        page.keyboard.press("Escape")
    page.locator("#rows .case a").nth(0).hover()

    assert page.title() == "evalkit: greetings"
    assert page.evaluate(elements) == before
    assert page.evaluate(
        "[...document.querySelectorAll('a')].every(a => a.hash === a.getAttribute('href'))"
    )


def test_what_cannot_be_seen_is_shown_by_its_code_point(open_page):
    page = open_page(render_html(hostile_run("abc\u202egnp\u200b\x00\ud800")))

    page.locator("#rows .case a").nth(0).click()
    page.wait_for_selector("#case-title")

    assert page.locator("#case-title .unseen").all_inner_texts() == [
        "U+202E", "U+200B", "U+0000", "U+D800",
    ]  # fmt: skip


def test_a_megabyte_is_cut_until_somebody_asks_for_it(open_page):
    record = shop_run()
    first = record.results[0]
    (answer,) = first.transcript.messages
    long = replace(answer, text="<b>" + "x" * 1_000_000)
    result = replace(first, transcript=replace(first.transcript, messages=(long,)))
    page = open_page(render_html(replace(record, results=(result,))), "#case=greetings%3A%3Ahello")

    spoken = page.locator("#case .assistant .said")
    short = len(spoken.inner_text())
    page.get_by_role("button", name="show all 1,000,003 characters").click()

    assert short < 5000
    assert len(spoken.inner_text()) == 1_000_003


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1440, "light")])
@pytest.mark.parametrize("address", ["", "#case=refunds%3A%3Aquoted-reason&provider=hasty"])
def test_axe_finds_nothing_to_complain_of(open_page, source, address, width, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    page = open_page(
        source,
        address,
        bypass_csp=True,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    if not address:
        for folded in page.locator(".more > summary").all():
            folded.click()

    found = axe.Axe().run(page)

    assert [violation["id"] for violation in found.response["violations"]] == []
