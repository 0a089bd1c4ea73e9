"""The package of docs/extending.md, installed, and its suite run."""

import os
import tomllib

import pytest

SCRIPT = """\
version: 1
rules:
  - when: {result: closed until Monday}
    answer: {text: "I am sorry, we are closed until Monday."}
  - answer: {calls: [{name: call_back, arguments: {number: "+4712345678"}}]}
"""
CONFIG = """\
providers:
  shop: {api: openai-chat, model: shop, simulate: script.yaml}
"""


@pytest.fixture
def shop(empty_project, page):
    """A project beside which the package of the page is installed."""
    (table,) = page("extending.md").examples("toml")
    suite, _ = page("extending.md").examples("yaml")
    groups = tomllib.loads(table.text)["project"]["entry-points"]
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in names.items())
        for group, names in groups.items()
    )
    modules = page("extending.md").examples("python")
    empty_project.write("site/shop_checks.py", "".join(each.text for each in modules))
    empty_project.write(
        "site/shop_checks-1.0.dist-info/METADATA", "Name: shop-checks\nVersion: 1.0\n"
    )
    empty_project.write("site/shop_checks-1.0.dist-info/entry_points.txt", points)
    empty_project.write("suites/plugins.yaml", suite.text)
    empty_project.write("script.yaml", SCRIPT)
    empty_project.write("evalkit.yaml", CONFIG)
    return empty_project


def test_the_suite_of_the_page_passes_with_every_plugin_of_it(shop):
    run = shop.evalkit("run", "--record", "missing", "-o", "run.jsonl", PYTHONPATH=path(shop))

    assert run.returncode == 0, run.stdout + run.stderr
    assert "closed until Monday" in (shop.folder / "run.jsonl").read_text()


def test_the_report_of_the_page_is_a_format(shop):
    shop.evalkit("run", "--record", "missing", "-o", "run.jsonl", PYTHONPATH=path(shop))

    shown = shop.evalkit("report", "run.jsonl", "--format", "count", PYTHONPATH=path(shop))

    assert shown.stdout == "{'passed': 1}\n"


def test_the_text_format_of_the_page_is_read(shop):
    shop.write("answer.txt", 'Yes.\nCALL call_back {"number": "+4712345678"}\n')

    read = shop.evalkit("triage", "answer.txt", "--format", "call_line", PYTHONPATH=path(shop))

    assert "call_back" in read.stdout
    assert "call_line" in read.stdout


def test_the_importer_of_the_page_makes_a_suite_that_runs(shop):
    shop.write("greetings.csv", 'id,question\nhello,"Hello, shop"\nthanks,Thank you\n')
    shop.write("script.yaml", "version: 1\nrules: [{answer: {text: Hello!}}]\n")

    made = shop.evalkit(
        "import", "with", "questions", "greetings.csv", "-o", "suites/greetings.yaml",
        PYTHONPATH=path(shop),
    )  # fmt: skip
    run = shop.evalkit("run", "suites/greetings.yaml", "--record", "live", PYTHONPATH=path(shop))

    assert made.stdout == "wrote suites/greetings.yaml\n"
    assert "shop passes 2 of 2 cases" in run.stdout


def test_an_importer_that_fails_is_named(shop):
    made = shop.evalkit(
        "import", "with", "questions", "none.csv", "-o", "x.yaml", PYTHONPATH=path(shop)
    )

    assert "the importer 'questions' fails: FileNotFoundError" in made.stderr
    assert not (shop.folder / "x.yaml").exists()


def test_the_protocol_of_the_page_sends_what_its_gateway_wants(shop):
    shop.write("evalkit.yaml", CONFIG.replace("openai-chat", "shop-gateway"))

    run = shop.evalkit("run", "--record", "missing", "-o", "run.jsonl", PYTHONPATH=path(shop))

    (recorded,) = (shop.folder / "cassettes").rglob("*.yaml")
    assert run.returncode == 0, run.stdout + run.stderr
    assert '"tenant":"shop"' in recorded.read_text().replace(": ", ":")


def test_an_operand_that_the_matcher_refuses_is_told_at_its_place(shop):
    suite = shop.folder / "suites/plugins.yaml"
    suite.write_text(suite.read_text().replace("'NO'", "'SE'"))

    run = shop.evalkit("run", PYTHONPATH=path(shop))

    assert run.returncode == 2
    assert "$phone: no country 'SE'" in run.stderr


def path(project):
    """Where Python looks for the package, before all else."""
    site = str(project.folder / "site")
    return os.pathsep.join(filter(None, [site, os.environ.get("PYTHONPATH")]))
