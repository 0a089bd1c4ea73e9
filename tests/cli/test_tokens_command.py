"""`evalkit tokens` as a process: what it prints for people and for machines."""

import json


def test_each_tool_is_listed_with_its_tokens_and_the_price_of_all(project):
    run = project.evalkit("tokens", "suites/tools/weather.yaml", "-p", "careful")

    lines = run.stdout.splitlines()
    assert run.returncode == 0
    assert lines[0].startswith("suites/tools/weather.yaml for careful (careful): ")
    assert "USD for 1,000 requests" in lines[-3]
    assert lines[-1].startswith("constants of ")


def test_json_is_all_that_is_printed(project):
    run = project.evalkit("tokens", "suites/tools/weather.yaml", "-p", "careful", "--json")

    (counted,) = json.loads(run.stdout)
    assert counted["basis"] == "unknown"
    assert counted["total"] > sum(tool["tokens"] for tool in counted["tools"])
    assert counted["usd_per_request"] == counted["total"] * 2e-6


def test_a_model_that_no_file_names_can_be_asked_for(project):
    run = project.evalkit("tokens", "suites/tools/weather.yaml", "-p", "openai-chat:gpt-4o")

    assert run.stdout.splitlines()[0].endswith("measured on its family")


def test_an_unknown_price_is_said(project):
    run = project.evalkit("tokens", "suites/tools/weather.yaml", "-p", "openai-chat:nobodys")

    assert "  price unknown" in run.stdout.splitlines()


def test_counts_are_calibrated_by_the_usage_in_a_run(project):
    project.evalkit("run", "suites", "-p", "careful", "-o", "run.jsonl")

    run = project.evalkit(
        "tokens", "suites/greetings.yaml", "-p", "careful", "--calibrate", "run.jsonl"
    )

    assert run.returncode == 0
    assert "calibrated on " in run.stdout.splitlines()[0]


def test_what_holds_no_tools_exits_with_2(project):
    run = project.evalkit("tokens", "gone.yaml")

    assert run.returncode == 2
