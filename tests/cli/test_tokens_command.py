"""`evalkit tokens` as a process: what it prints for people and for machines."""

import json

import pytest


def test_each_tool_is_listed_with_its_tokens_and_its_price(project):
    run = project.evalkit("tokens", "suites/tools/weather.yaml", "-p", "openai-chat:gpt-4o")

    lines = run.stdout.splitlines()
    assert run.returncode == 0
    assert lines[:-3] == [
        "suites/tools/weather.yaml: 3 tools",
        "",
        "                                           USD for a million requests",
        "  tool              tokens  descriptions        gpt-4o",
        "  get_forecast          70            21        175.00",
        "  get_weather           52            19        130.00",
        "  get_air_quality       37            22         92.50",
        "  frame                 16                       40.00",
        "  all                  175            62        437.50",
        "",
        "  gpt-4o (gpt-4o): 0.44 USD for 1,000 requests, 437.50 USD for a million",
    ]
    assert lines[-3].startswith("    exact: ")
    assert lines[-1].startswith("a million requests a year are 2,740 a day; constants of ")


def test_files_with_the_same_tools_and_providers_that_agree_share_a_table(project):
    run = project.evalkit("tokens", "-p", "careful", "-p", "hasty")

    heads = [line for line in run.stdout.splitlines() if line.startswith("suites/")]
    rest = "failures", "greetings", "multi_tool", "streaming"
    assert heads == [
        "suites/ambiguous_ids.yaml: 9 tools",
        f"{', '.join(f'suites/{name}.yaml' for name in rest)}: 12 tools",
    ]


def test_json_is_all_that_is_printed(project):
    run = project.evalkit("tokens", "suites/tools/weather.yaml", "-p", "careful", "--json")

    (counted,) = json.loads(run.stdout)
    assert counted["basis"] == "unknown"
    assert counted["calibration"] is None
    assert counted["total"] == counted["frame"] + sum(tool["tokens"] for tool in counted["tools"])
    assert counted["usd_per_request"] == pytest.approx(counted["total"] * 2e-6)
    assert [tool["usd_per_million_requests"] for tool in counted["tools"]] == pytest.approx(
        [tool["tokens"] * 2 for tool in counted["tools"]]
    )


@pytest.mark.parametrize(
    ("provider", "about"),
    [
        pytest.param("openai-responses:gpt-4o", "estimated: ", id="an API that was not measured"),
        pytest.param("anthropic:claude-opus-4-1", "estimated: ", id="Claude"),
        pytest.param("openai-chat:nobodys", "unknown: ", id="a model that nobody knows"),
    ],
)
def test_what_the_counts_rest_on_is_said(project, provider, about):
    run = project.evalkit("tokens", "suites/tools/weather.yaml", "-p", provider)

    assert run.stdout.splitlines()[-3].startswith(f"    {about}")


def test_an_unknown_price_is_said(project):
    run = project.evalkit("tokens", "suites/tools/weather.yaml", "-p", "openai-chat:nobodys")

    assert "  nobodys (nobodys): price unknown" in run.stdout.splitlines()


def test_counts_are_calibrated_by_the_usage_in_a_run(project):
    project.evalkit("run", "suites", "-p", "careful", "-o", "run.jsonl")

    run = project.evalkit(
        "tokens", "suites/greetings.yaml", "-p", "careful", "--calibrate", "run.jsonl"
    )

    assert run.returncode == 0
    assert run.stdout.splitlines()[-3].startswith("    calibrated on ")


def test_counts_are_calibrated_by_the_usage_in_cassettes(project):
    asked = ("tokens", "suites/greetings.yaml", "-p", "careful", "--json")
    (plain,) = json.loads(project.evalkit(*asked).stdout)

    run = project.evalkit(*asked, "--calibrate", "cassettes/greetings")

    (counted,) = json.loads(run.stdout)
    assert counted["calibration"]["requests"] >= 5
    assert counted["calibration"]["error"] < 0.02
    assert counted["total"] > plain["total"]


def test_too_few_reports_are_said(project):
    run = project.evalkit(
        *("tokens", "suites/greetings.yaml", "-p", "openai-chat:gpt-4o"),
        *("--calibrate", "cassettes/greetings"),
    )

    about = "    not calibrated: 0 requests to it were recorded, 5 are needed"
    assert about in run.stdout.splitlines()


def test_a_place_without_recordings_exits_with_2(project):
    run = project.evalkit("tokens", "-p", "careful", "--calibrate", "suites")

    assert run.returncode == 2
    assert "name a run file, a cassette, or a folder of cassettes" in run.stderr


def test_what_holds_no_tools_exits_with_2(project):
    run = project.evalkit("tokens", "gone.yaml")

    assert run.returncode == 2


def test_without_tiktoken_counts_are_estimated_and_the_extra_is_named(project):
    project.write("tiktoken.py", "raise ImportError\n")

    run = project.evalkit("tokens", "suites/tools/weather.yaml", "-p", "openai-chat:gpt-4o")

    about = run.stdout.splitlines()[-3]
    assert about.startswith("    estimated without the encoding: pip install 'evalkit[tokens]'")
