import pytest

CASE = "cases: [{id: a, prompt: x, expect: no_call}]"


@pytest.fixture
def outside(tmp_path_factory):
    """A folder beside the suite's, with a file of tools in it."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "tools.yaml").write_text("[{name: stolen}]")
    return folder


def test_tools_come_from_files_below_the_suites_folder(load, tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "shop.yaml").write_text("[{name: pay}, {name: refund}]")
    (tmp_path / "weather.json").write_text('{"tools": [{"name": "rain"}]}')

    suite = load(f"version: 1\ntools: [tools/shop.yaml, weather.json, {{name: ping}}]\n{CASE}")

    assert [tool.name for tool in suite.tools] == ["pay", "refund", "rain", "ping"]


def test_an_included_file_adds_cases_tools_and_simulated_answers(load, tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.yaml").write_text(
        "version: 1\ntools: [{name: ping}]\nsimulate: {ping: pong}\n"
        "cases: [{id: b, prompt: x, expect: {calls: [{ping: {}}]}}]"
    )

    suite = load(f"version: 1\nsystem: Be kind.\ninclude: [more/b.yaml]\n{CASE}")

    assert [(case.id, case.where) for case in suite.cases] == [
        ("a", "s.yaml:4:9"),
        ("b", "more/b.yaml:4:9"),
    ]
    assert all(case.given[0].text == "Be kind." for case in suite.cases)
    assert list(suite.cases[0].simulate) == ["ping"]


def test_mistakes_in_included_files_stand_under_their_names(mistakes, tmp_path):
    (tmp_path / "b.yaml").write_text("version: 1\nsuite: x\ncases: [{id: a, prompt: x}]")
    (tmp_path / "t.yaml").write_text("[{name: 5}]")

    assert mistakes(f"version: 1\ninclude: [b.yaml]\ntools: [t.yaml]\n{CASE}") == [
        "b.yaml:2:1: unknown key 'suite'",
        "  hint: did you mean 'simulate'?",
        "b.yaml:3:9: 'expect' is missing",
        "  hint: a case must be able to fail",
        "b.yaml:3:9: the id 'a' is already taken by the case at s.yaml:4:9",
        "t.yaml:1:9: a tool's name is text without spaces, got the number 5",
    ]


def test_an_id_is_unique_over_all_files(mistakes, tmp_path):
    (tmp_path / "b.yaml").write_text(f"version: 1\n{CASE}")

    assert mistakes(f"version: 1\ninclude: [b.yaml]\n{CASE}") == [
        "b.yaml:2:9: the id 'a' is already taken by the case at s.yaml:3:9"
    ]


@pytest.mark.parametrize(
    "name",
    ["../outside/tools.yaml", "sub/../../x.yaml", "/etc/passwd", "C:\\tools.yaml", "..\\x.yaml",
     "\\\\host\\x.yaml"],
)  # fmt: skip
@pytest.mark.parametrize("key", ["tools", "include"])
def test_a_suite_cannot_name_a_file_outside_its_folder(key, name, mistakes):
    told = mistakes(f"version: 1\n{key}: ['{name}']\n{CASE}")

    assert told == [
        f"s.yaml:2:{len(key) + 4}: {name!r} is not below the folder of the suite",
        "  hint: move the file there",
    ]


@pytest.mark.parametrize("key", ["tools", "include"])
def test_a_link_does_not_lead_out_of_the_folder(key, mistakes, tmp_path, outside):
    (tmp_path / "link.yaml").symlink_to(outside / "tools.yaml")

    told = mistakes(f"version: 1\n{key}: [link.yaml]\n{CASE}")

    assert told[0].endswith("'link.yaml' is not below the folder of the suite")


def test_a_linked_folder_does_not_lead_out_either(mistakes, tmp_path, outside):
    (tmp_path / "tools").symlink_to(outside, target_is_directory=True)

    told = mistakes(f"version: 1\ntools: [tools/tools.yaml]\n{CASE}")

    assert told[0].endswith("'tools/tools.yaml' is not below the folder of the suite")


def test_a_link_inside_the_folder_is_followed(load, tmp_path):
    (tmp_path / "real.yaml").write_text("[{name: pay}]")
    (tmp_path / "link.yaml").symlink_to("real.yaml")

    assert load(f"version: 1\ntools: [link.yaml]\n{CASE}").tools[0].name == "pay"


@pytest.mark.parametrize(
    ("name", "what"), [("none.yaml", "does not exist"), ("sub", "is a folder")]
)
def test_a_file_that_is_not_there_is_told_where_it_is_named(name, what, mistakes, tmp_path):
    (tmp_path / "sub").mkdir()

    told = mistakes(f"version: 1\ntools: [{name}]\n{CASE}")

    assert told == [f"s.yaml:2:9: the file {name!r} {what}"]


def test_an_include_does_not_include_further(mistakes, tmp_path):
    (tmp_path / "b.yaml").write_text("version: 1\ninclude: [s.yaml]")

    told = mistakes(f"version: 1\ninclude: [b.yaml]\n{CASE}")

    assert told[0] == "b.yaml:2:1: unknown key 'include'"


def test_code_of_a_suite_needs_leave(load_cases, case_mistakes):
    cases = """\
- {id: a, prompt: x, expect: {answer: {$python: "checks:a"}}}
- {id: b, prompt: x, expect: no_call, simulate: {get_weather: [{python: "checks:b"}]}}
"""

    assert case_mistakes(cases) == [
        "1:40: $python runs code of the suite's author",
        "2:65: python runs code of the suite's author",
    ]
    assert len(load_cases(cases, allow_python=True)) == 2


def test_a_tool_may_answer_with_a_value_that_is_named_like_code(load_cases):
    (case,) = load_cases("""
      - id: a
        prompt: x
        simulate: {get_weather: [{return: {python: 3}}]}
        expect: no_call
    """)

    assert case.simulate["get_weather"][0].answer.value == {"python": 3}


def test_code_of_an_included_file_needs_leave(mistakes, tmp_path):
    (tmp_path / "b.yaml").write_text(
        "version: 1\ncases: [{id: b, prompt: x, expect: {answer: {$python: 'a:b'}}}]"
    )

    told = mistakes(f"version: 1\ninclude: [b.yaml]\n{CASE}")

    assert told[0] == "b.yaml:2:46: $python runs code of the suite's author"


def test_a_named_file_that_is_no_yaml_is_told_under_its_own_name(mistakes, tmp_path):
    (tmp_path / "t.yaml").write_text("- {name: a")

    assert mistakes(f"version: 1\ntools: [t.yaml]\n{CASE}") == [
        "t.yaml:1:3: this mapping is not closed",
        "  hint: add the missing ',' or '}'",
    ]
