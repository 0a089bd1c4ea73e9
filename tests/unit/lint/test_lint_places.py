from __future__ import annotations

import json
from pathlib import Path

import pytest

from evalkit.errors import InvalidFile, InvalidSuite, UnknownName, UsageError
from evalkit.lint import choose_rules, lint, read_material, render_json, render_sarif

UNDESCRIBED = "- name: sync\n  parameters: {type: object, properties: {}, required: []}\n"


def test_a_finding_has_its_place_why_and_fix(linted):
    (found,) = linted(UNDESCRIBED, "missing-description")

    assert (found.file, found.line, found.column) == ("shop.yaml", 1, 9)
    assert found.what == "sync has no description"
    assert found.why == "the model has only the name to go by"
    assert found.fix == "say what it does, when to use it, and what it changes"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"tools": [{"name": "sync"}]}', id="MCP"),
        pytest.param('{"result": {"tools": [{"name": "sync"}]}}', id="MCP's answer"),
        pytest.param('[{"type": "function", "function": {"name": "sync"}}]', id="OpenAI"),
        pytest.param('{"name": "sync", "input_schema": {"type": "object"}}', id="Anthropic"),
    ],
)
def test_tools_are_read_in_any_shape(linted, text):
    (found,) = linted(text, "missing-description")

    assert found.what == "sync has no description"


def test_a_finding_in_a_file_that_two_suites_name_is_told_once(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "shop.yaml").write_text(UNDESCRIBED)
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(
            "version: 1\ntools: [tools/shop.yaml]\ncases: [{id: a, prompt: hi, expect: no_call}]\n"
        )

    found = lint(read_material([tmp_path]), choose_rules(["missing-description"]))

    assert [finding.where for finding in found] == [f"{tmp_path / 'tools' / 'shop.yaml'}:1:9"]


def test_the_tools_of_an_included_file_are_linted_in_their_place(tmp_path):
    (tmp_path / "part.yml.txt").write_text(f"version: 1\ntools:\n{UNDESCRIBED}")
    suite = tmp_path / "suite.yaml"
    suite.write_text(
        "version: 1\ninclude: [part.yml.txt]\ncases: [{id: a, prompt: hi, expect: no_call}]\n"
    )

    (found,) = lint(read_material([suite]), choose_rules(["missing-description"]))

    assert found.where == f"{tmp_path / 'part.yml.txt'}:3:9"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("a: [", InvalidFile, id="no YAML"),
        pytest.param("just words", UsageError, id="no tools"),
        pytest.param("version: 1\ncases: []\n", InvalidSuite, id="a broken suite"),
        pytest.param("- name: two words\n", InvalidSuite, id="a broken tool"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(linted, text, error):
    with pytest.raises(error):
        linted(text)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError) as raised:
        list(read_material([tmp_path / "gone.yaml"]))

    assert raised.value.where == str(tmp_path / "gone.yaml")


def test_an_unknown_rule_is_refused_with_the_nearest():
    with pytest.raises(UnknownName) as raised:
        choose_rules(ignore=["enum-in-proze"])

    assert raised.value.hint == "did you mean 'enum-in-prose'?"


def test_rules_can_be_chosen_and_left_out():
    chosen = choose_rules(["enum-in-prose", "unknown-required"], ["unknown-required"])

    assert [rule.id for rule in chosen] == ["enum-in-prose"]


@pytest.mark.parametrize(
    ("comment", "line", "rules"),
    [
        pytest.param(" # evalkit: ignore[missing-description] obvious", 0, [], id="on the line"),
        pytest.param("# evalkit: ignore[missing-description] obvious\n", -1, [], id="above it"),
        pytest.param(
            " # evalkit: ignore[missing-description]",
            0,
            ["unexplained-ignore", "missing-description"],
            id="without a reason",
        ),
        pytest.param(
            " # evalkit: ignore[missing-description] obvious",
            1,
            ["missing-description", "unused-ignore"],
            id="on another line",
        ),
    ],
)
def test_a_comment_with_a_reason_silences_a_rule_in_its_place(linted, comment, line, rules):
    lines = UNDESCRIBED.splitlines()
    if line < 0:
        text = comment + UNDESCRIBED
    else:
        lines[line] += comment
        text = "\n".join(lines)

    found = linted(text, "missing-description")

    assert sorted(finding.rule for finding in found) == sorted(rules)


def test_one_comment_may_silence_several_rules(linted):
    text = (
        "# evalkit: ignore[missing-description, missing-required] a stub\n"
        "- {name: sync, parameters: {type: object, properties: {n: {type: integer}}}}\n"
    )

    assert linted(text, "missing-description", "missing-required") == ()


def test_names_that_would_steer_a_terminal_are_escaped(linted, tool):
    text = tool(properties={"\x1b[31m\u202e": {"type": "string"}})

    (found,) = linted(text, "refused-name")

    assert found.what.isprintable()


def test_findings_come_in_file_order(linted):
    found = linted(UNDESCRIBED * 3, "missing-description")

    assert [finding.line for finding in found] == [1, 3, 5]


def test_sarif_has_rules_levels_and_regions(linted):
    written = json.loads(render_sarif(linted(UNDESCRIBED, "missing-description")))

    (run,) = written["runs"]
    (result,) = run["results"]
    assert written["version"] == "2.1.0"
    assert result["ruleId"] == "missing-description"
    assert result["level"] == "warning"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "shop.yaml"},
        "region": {"startLine": 1, "startColumn": 9},
    }
    assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def test_json_has_one_object_a_line(linted):
    lines = render_json(linted(UNDESCRIBED * 2, "missing-description")).splitlines()

    assert [json.loads(line)["line"] for line in lines] == [1, 3]


@pytest.mark.checkout
def test_the_tools_of_the_project_have_no_errors():
    folder = Path(__file__).parents[3] / "suites"

    found = lint(read_material([folder, folder / "tools"]))

    assert [finding for finding in found if finding.severity == "error"] == []


def test_mistakes_in_a_file_of_tools_are_all_told_at_their_places(tmp_path):
    file = tmp_path / "tools.yaml"
    file.write_text(
        "- name: bad one\n- nam: x\n- name: f\n  parameters:\n    type: object\n"
        "    properties:\n      a: {type: strng}\n      b: {type: string}\n"
        "- name: g\n  parameters:\n    type: object\n    properties:\n      a: {$ref: 'http://x/y'}\n"
    )

    with pytest.raises(InvalidSuite) as refused:
        list(read_material([file]))

    assert [
        str(each).splitlines()[0].removeprefix(str(file)) for each in refused.value.problems
    ] == [
        ":1:9: a tool's name is text without spaces, got the text 'bad one'",
        ":2:3: 'name' is missing",
        ":2:3: unknown key 'nam'",
        ":7:17: no JSON Schema: there is no type 'strng'",
        ":13:17: the $ref 'http://x/y' is not fetched",
    ]
