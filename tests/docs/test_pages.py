"""The site: every page in its place, and the page of commands true."""

import sys

import pytest
import yaml


@pytest.fixture
def mkdocs(root):
    path = root / "mkdocs.yml"
    if not path.exists():
        pytest.skip("the site is built from the source tree only")
    return yaml.safe_load(path.read_text())


def pages(nav):
    for entry in nav:
        for value in entry.values():
            if isinstance(value, str):
                yield value
            else:
                yield from pages(value)


def test_every_page_has_one_place_in_the_navigation(root, mkdocs):
    placed = sorted(pages(mkdocs["nav"]))

    assert placed == sorted(path.name for path in (root / "docs").glob("*.md"))


def test_the_site_fetches_nothing_from_elsewhere(mkdocs):
    assert mkdocs["theme"]["font"] is False
    assert "extra_javascript" not in mkdocs
    assert "extra_css" not in mkdocs


def test_the_page_of_commands_is_what_the_code_says(root, monkeypatch):
    monkeypatch.syspath_prepend(root / "docs")
    import cli_page

    said = (root / "docs/cli.md").read_text()
    sys.modules.pop("cli_page")

    assert said == cli_page.page(), "make docs writes it anew"


def test_the_flags_on_the_page_about_recording_are_those_of_the_commands(page):
    known = page("cli.md").text + page("pytest.md").text
    flags = {word.strip("`") for word in page("recording.md").text.split() if word[:3] == "`--"}
    flags |= {
        word
        for example in page("recording.md").examples("text")
        for word in example.text.split()
        if word.startswith("--")
    }

    assert flags == {"--provider", "--record", "--dry-run", "--budget-usd"}
    assert [flag for flag in flags if f"{flag}" not in known] == []
