"""docs/failures.md names every failure once, and promises of triage what triage does."""

import re
from pathlib import Path

import pytest

from evalkit.triage import Failure

PAGE = Path(__file__).parents[3] / "docs" / "failures.md"
ROW = re.compile(r"^\| (F\d+) \|.*\| (.*) \|$", re.MULTILINE)


@pytest.mark.checkout
def test_every_failure_has_its_row():
    assert [number for number, _ in ROW.findall(PAGE.read_text("utf-8"))] == [
        f"F{number}" for number in range(1, 29)
    ]


@pytest.mark.checkout
def test_triage_finds_what_the_page_says_it_finds():
    says = {number for number, triage in ROW.findall(PAGE.read_text("utf-8")) if triage[0] != "-"}

    assert says == {failure.value for failure in Failure}
