from pathlib import Path

import pytest

from evalkit.parse import parse_arguments
from evalkit.simulator import Reply, load_script
from evalkit.transcript import Defect

SCRIPTS = Path(__file__).parents[3] / "suites/simulator"

pytestmark = pytest.mark.checkout


def malformed(script):
    """The arguments that are no JSON object, by tool and in the order of the script."""
    for rule in script.rules:
        for answer in rule.sequence:
            if isinstance(answer, Reply):
                for call in answer.calls:
                    found = parse_arguments(call.argument_string)
                    if found.value is None:
                        yield call.name, set(found.defects)


def test_careful_speaks_every_protocol_and_writes_only_json():
    careful = load_script(SCRIPTS / "careful.yaml")

    assert careful.api is None
    assert list(malformed(careful)) == []


def test_hasty_shows_every_common_way_to_break_json():
    hasty = load_script(SCRIPTS / "hasty.yaml")

    assert list(malformed(hasty)) == [
        ("quote_refund", {Defect.EXPRESSION}),
        ("add_note", {Defect.NOT_JSON}),
        ("add_note", {Defect.UNESCAPED_CONTROL}),
        ("get_forecast", {Defect.TRUNCATED}),
        ("search_products", {Defect.COMMENT}),
        ("search_products", {Defect.SINGLE_QUOTES, Defect.PYTHON_LITERAL}),
        ("search_products", {Defect.TRAILING_TEXT}),
        ("get_order", {Defect.CODE_FENCE}),
        ("add_note", {Defect.TRUNCATED}),
        ("add_note", {Defect.TRUNCATED}),
    ]


@pytest.mark.parametrize("name", ["careful.yaml", "hasty.yaml"])
def test_an_example_answers_quickly(name):
    answers = [a for rule in load_script(SCRIPTS / name).rules for a in rule.sequence]

    assert max(answer.latency_s for answer in answers) <= 0.05
