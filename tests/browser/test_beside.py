"""Two conversations beside each other, in the report and on the compare page."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from shop_before import compared, written
from shop_run import HOSTILE, hostile_run, shop_run

from evalkit.baseline import compare_runs, scan_run
from evalkit.report import render_compare_page, render_html
from evalkit.results import Status
from evalkit.transcript import Turn

WRITTEN = [pytest.param(text, id=name) for name, text in HOSTILE.items() if text]
REFUND = "#case=refunds%3A%3Alower-case-id&provider=hasty&beside=provider+careful"
ELEMENTS = "document.querySelectorAll('script, img, iframe, style, link, object').length"
PHONE = {"viewport": {"width": 400, "height": 850}}


@pytest.fixture(scope="module")
def source():
    return render_html(shop_run())


@pytest.fixture(scope="module")
def compare_page(tmp_path_factory):
    return render_compare_page(compared(tmp_path_factory.mktemp("runs")))


def hostile_sides(text):
    """One hostile case: a provider fails in it, and another says something else and passes."""
    record = hostile_run(text)
    failed = record.results[0]
    said = tuple(
        replace(m, text=f"{text} {text}") if isinstance(m, Turn) else m
        for m in failed.transcript.messages
    )
    other = f"{text}2"
    passed = replace(
        failed,
        provider=other,
        status=Status.PASSED,
        verdicts=(),
        transcript=replace(failed.transcript, provider=other, messages=said),
    )
    providers = (*record.header.providers, replace(record.header.providers[0], name=other))
    header = replace(record.header, providers=providers)
    return replace(record, header=header, results=(failed, passed))


def long_sides():
    """Both providers say a megabyte, and put another one into their calls."""
    record = hostile_sides("<b>")
    results = []
    for result in record.results:
        said = result.provider + "x" * 1_000_000
        messages = tuple(
            replace(m, text=said, calls=tuple(replace(call, raw=said) for call in m.calls))
            if isinstance(m, Turn)
            else m
            for m in result.transcript.messages
        )
        transcript = replace(result.transcript, messages=messages)
        results.append(replace(result, transcript=transcript))
    return replace(record, results=tuple(results))


def providers_page(folder, record):
    """Compare the two providers of such a record."""
    run = scan_run(written(folder / "run.jsonl", record))
    failed, passed = (result.provider for result in record.results)
    return render_compare_page(compare_runs(run.only(passed), run.only(failed)))


def axe_complaints(page):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    return [violation["id"] for violation in axe.Axe().run(page).response["violations"]]


def unfold_all(page):
    for folded in page.locator("#case summary").all():
        folded.click()


def is_harmless(page):
    """Say whether the page is as it was made, and its links lead nowhere but into itself."""
    return page.evaluate(
        "document.title !== 'owned' && "
        "[...document.querySelectorAll('a')].every(a => a.hash === a.getAttribute('href'))"
    )


@pytest.mark.parametrize("text", WRITTEN)
def test_hostile_output_does_nothing_beside_another_provider(open_page, text):
    page = open_page(render_html(hostile_sides(text)), **PHONE)
    before = page.evaluate(ELEMENTS)

    page.locator("#rows .case a").first.click()
    page.wait_for_selector("#case:not([hidden])")
    page.select_option("#beside", index=1)
    page.wait_for_selector("#case .pair")
    unfold_all(page)

    assert page.locator("#case .pair .call").count() == 4
    assert page.evaluate(ELEMENTS) == before
    assert is_harmless(page)


@pytest.mark.parametrize("text", WRITTEN)
def test_hostile_output_does_nothing_on_the_compare_page(open_page, tmp_path, text):
    page = open_page(providers_page(tmp_path, hostile_sides(text)))
    before = page.evaluate(ELEMENTS)

    page.locator("#rows .case a").first.click()
    page.wait_for_selector("#case .pair")
    unfold_all(page)
    page.keyboard.press("Escape")
    page.locator("#rows .case a").first.hover()

    assert page.evaluate(ELEMENTS) == before
    assert is_harmless(page)


@pytest.mark.parametrize("view", ["provider", "compare"])
def test_a_megabyte_on_both_sides_opens_at_once_and_is_cut(open_page, tmp_path, view):
    record = long_sides()
    page = open_page(
        render_html(record) if view == "provider" else providers_page(tmp_path, record)
    )

    page.locator("#rows .case a").first.click()
    page.wait_for_selector("#case:not([hidden])")
    if view == "provider":
        page.select_option("#beside", index=1)
    page.wait_for_selector("#case .pair")

    said = page.locator("#case .said").evaluate_all("all => all.map(s => s.textContent.length)")
    assert 4000 < max(said) < 5000
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_in_a_narrow_window_each_side_says_whose_it_is(open_page, source):
    page = open_page(source, REFUND, **PHONE)
    page.wait_for_selector("#case .pair")

    named = page.locator("#case .pair > [data-side]:not(:empty)").evaluate_all(
        "sides => sides.map(s => getComputedStyle(s, '::before').content)"
    )

    assert named[:2] == ['"hasty"', '"careful"']
    assert "none" not in named


def test_both_providers_beside_each_other_can_be_run_again(open_page, source):
    page = open_page(source, REFUND)
    page.wait_for_selector("#case .pair")

    assert page.locator("#case .command").all_inner_texts() == [
        "evalkit run suites/refunds.yaml --case lower-case-id --provider hasty",
        "evalkit run suites/refunds.yaml --case lower-case-id --provider careful",
    ]


def test_before_and_now_are_run_again_by_one_command(open_page, compare_page):
    page = open_page(compare_page)
    page.locator("#rows .case a").first.click()
    page.wait_for_selector("#case .pair")

    assert page.locator("#case .command").count() == 1


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1440, "light")])
def test_axe_finds_nothing_beside_another_provider(open_page, source, width, scheme):
    window = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    page = open_page(source, REFUND, bypass_csp=True, **window)
    page.wait_for_selector("#case .pair")
    unfold_all(page)

    assert axe_complaints(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (400, "dark"), (1440, "dark")])
def test_axe_finds_nothing_in_an_open_case_of_the_compare_page(
    open_page, compare_page, width, scheme
):
    window = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    page = open_page(compare_page, bypass_csp=True, **window)
    page.locator("#rows .case a").first.click()
    page.wait_for_selector("#case .pair")
    unfold_all(page)

    assert axe_complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_a_phone_every_figure_of_a_comparison_is_in_sight(open_page, compare_page):
    page = open_page(compare_page, **PHONE)

    cells = page.locator(".figures td")
    right = cells.evaluate_all("all => Math.max(...all.map(e => e.getBoundingClientRect().right))")
    names = cells.evaluate_all("all => all.map(e => getComputedStyle(e, '::before').content)")
    assert right <= PHONE["viewport"]["width"]
    assert {'"Broken"', '"Chance"', '"Errored now"'} <= set(names)


def test_in_a_narrow_window_the_button_that_closes_a_case_stays_whole(open_page, compare_page):
    page = open_page(compare_page, REFUND, viewport={"width": 250, "height": 850})

    assert page.locator("#case .top button").bounding_box()["height"] < 40


@pytest.mark.parametrize("part", [".providers thead span", "#head [title]"])
def test_on_a_phone_no_word_in_the_name_of_a_provider_is_broken(open_page, part):
    record = shop_run()
    asked = dict.fromkeys(r.provider for r in record.results)
    names = {name: f"p{at}-responses" for at, name in enumerate(asked)}
    results = tuple(replace(r, provider=names[r.provider]) for r in record.results)
    page = open_page(render_html(replace(record, results=results)), **PHONE)

    lines = page.locator(part).evaluate_all("""names => names.map(name => {
      const word = document.createRange(), at = name.textContent.indexOf("responses");
      word.setStart(name.firstChild, at);
      word.setEnd(name.firstChild, at + "responses".length);
      return word.getClientRects().length;
    })""")

    assert lines == [1, 1, 1]
