import time

import pytest


@pytest.fixture
def rendered(load_cases):
    """What a template in an expected argument becomes."""

    def render(template, matrix="{n: [5], city: [Paris], flag: [true], l: [[1, 2]]}"):
        cases = load_cases(f"""
          - id: a
            prompt: x
            matrix: {matrix}
            expect: {{calls: [{{get_weather: {{location: '{template}'}}}}]}}
        """)
        return cases[0].expect.calls[0].args.source["location"]

    return render


def test_a_matrix_makes_one_case_for_each_combination(load_cases):
    cases = load_cases("""
      - id: two-cities
        prompt: Weather in {{ city }}, in {{ unit }}
        matrix: {city: [Paris, New York], unit: [c, f]}
        expect: {calls: [{get_weather: {location: "{{ city }}"}}]}
    """)

    assert [(case.id, case.given[0].text) for case in cases] == [
        ("two-cities[Paris-c]", "Weather in Paris, in c"),
        ("two-cities[Paris-f]", "Weather in Paris, in f"),
        ("two-cities[New_York-c]", "Weather in New York, in c"),
        ("two-cities[New_York-f]", "Weather in New York, in f"),
    ]
    assert cases[3].expect.calls[0].args.source == {"location": "New York"}


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        ("[1, 2.5, true, null]", ["a[1]", "a[2.5]", "a[true]", "a[null]"]),
        ("[{x: 1}, {x: 2}]", ["a[1]", "a[2]"]),
        ("['?', '!']", ["a[1]", "a[2]"]),
        ("['a b', 'a.b', 'ä']", ["a[a_b]", "a[a.b]", "a[ä]"]),
        ("['a b', 'a/b']", ["a[1]", "a[2]"]),
    ],
)
def test_the_values_of_a_matrix_name_its_cases(values, ids, load_cases):
    cases = load_cases(f"- {{id: a, prompt: x, matrix: {{v: {values}}}, expect: no_call}}")

    assert [case.id for case in cases] == ids


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ city }}", "Paris"),
        ("in {{ city }}", "in Paris"),
        ("{{ n }}", 5),
        ("{{ n * 2 + 1 }}", 11),
        ("{{ n / 2 }}", 2.5),
        ("{{ flag }}", True),
        ("{{ l }}", [1, 2]),
        ("{{ l[0] }}", 1),
        ("{{ city ~ n }}", "Paris5"),
        ("{{ city | upper }}", "PARIS"),
        ("{{ none_such | default(n) }}", 5),
        ("{% if n > 3 %}many{% else %}few{% endif %}", "many"),
        ("{{ n if flag else 0 }}", 5),
        ("{% raw %}{{ city }}{% endraw %}", "{{ city }}"),
        ("{{ city }}\n", "Paris "),
    ],
)
def test_a_single_expression_keeps_its_type_and_the_rest_is_text(template, value, rendered):
    assert rendered(template) == value


def test_a_prompt_is_text_even_where_its_template_gives_a_number(load_cases):
    (case,) = load_cases("- {id: a, prompt: '{{ n }}', matrix: {n: [5]}, expect: no_call}")

    assert case.given[0].text == "5"


def test_the_system_prompt_knows_the_variables_of_the_case(load):
    suite = load("""\
        version: 1
        system: You know {{ city }}.
        cases: [{id: a, prompt: x, matrix: {city: [Oslo]}, expect: no_call}]
        """)

    assert suite.cases[0].given[0].text == "You know Oslo."


def test_answers_of_simulated_tools_are_left_as_written(load_cases):
    (case,) = load_cases("""
      - id: a
        prompt: x
        matrix: {n: [1]}
        simulate: {get_weather: "{{ args.location }}"}
        expect: no_call
    """)

    assert case.simulate["get_weather"][0].answer.value == "{{ args.location }}"


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("{{ cty }}", "the template names 'cty', which is no variable"),
        ("{{ city", "the template cannot be read: unexpected end of template"),
        ("{{ city | uper }}", "No filter named 'uper'."),
        ("{{ city.upper() }}", "templates of a suite do not call"),
        ("{% for i in l %}x{% endfor %}", "templates of a suite do not loop"),
        ("{{ range }}", "the template names 'range', which is no variable"),
        ("{{ 1 / 0 }}", "the template fails: division by zero"),
        ("{{ n + city }}", "+ computes with numbers"),
        ("{{ city.upper }}", "the template gives a builtin_function_or_method"),
        ("{{ 1e308 * 10 }}", "the template gives a float, which is no value of JSON"),
        ("{{ self }}", "the template gives a TemplateReference"),
        ('{% include "x" %}', "Include may not stand in a template of a suite"),
        ('{% import "x" as y %}', "Import may not stand in a template of a suite"),
        ("{% set x = 1 %}", "Assign may not stand in a template of a suite"),
        ("{% macro x() %}{% endmacro %}", "Macro may not stand in a template of a suite"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_used_is_told_where_it_stands(template, what, case_mistakes):
    (told,) = case_mistakes(
        f"- {{id: a, prompt: '{template}', matrix: {{city: [Oslo], n: [1], l: [[1]]}},"
        " expect: no_call}"
    )

    assert told.startswith(f"1:19: {what}")


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 1000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 9 ** 999999999 }}",
        "{% for i in range(10**9) %}{% for j in range(10**9) %}x{% endfor %}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ 1 | round(1000000000, 'ceil') }}",
        "{{ v | tojson(1000000000) }}",
        "{{ 'a' | center(1000000000) }}",
        "{{ 'a' | indent(1000000000) }}",
        "{{ 'a' | replace('a', v) }}",
        "{{ lipsum(n=1000000000) }}",
        "{{ '\"'" + " | tojson" * 60 + " }}",
        "{{ " + " ~ ".join(["v"] * 400) + " }}",
        "{{ v }}" * 400,
        "{{ " + " * ".join(["9999999999999999999"] * 100) + " }}",
        "{{ " + "9" * 10_000 + " }}",
        "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
        "{{ v.__class__ }}",
        "{{ v['__class__'] }}",
        "{{ v | attr('__class__') }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
    ],
)
def test_a_hostile_template_is_refused_quickly(template, case_mistakes):
    quoted = template.replace("'", "''")
    started = time.process_time()

    told = case_mistakes(
        f"- {{id: a, prompt: '{quoted}', matrix: {{v: ['{'x' * 9_000}']}}, expect: no_call}}"
    )

    assert len(told) == 1
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("matrix", "told"),
    [
        ("[]", "1:30: a matrix maps names to lists of values, got the list []"),
        ("{}", "1:30: a matrix maps names to lists of values, got the object {}"),
        ("{a-b: [1]}", "1:31: 'a-b' is no name that a template can use"),
        ("{__class__: [1]}", "1:31: '__class__' is no name that a template can use"),
        ("{a: []}", "1:34: a: expected a list of values, got the list []"),
        ("{a: 5}", "1:34: a: expected a list of values, got the number 5"),
        (
            str({name: list(range(10)) for name in "abcde"}),
            "1:30: this matrix makes more than 10,000 cases",
        ),
    ],
)
def test_a_matrix_that_cannot_be_meant_is_refused(matrix, told, case_mistakes):
    assert case_mistakes(f"- {{id: a, prompt: x, matrix: {matrix}, expect: no_call}}") == [told]


def test_a_mistake_in_every_case_of_a_matrix_is_told_once(case_mistakes):
    told = case_mistakes(
        "- {id: a, prompt: x, matrix: {a: [1, 2]}, expect: {answer: {$regx: '{{ a }}'}}}"
    )

    assert told == ["1:61: unknown matcher '$regx'"]


def test_text_that_only_looks_a_little_like_a_template_is_left_alone(load_cases):
    (case,) = load_cases("- {id: a, prompt: 'a {b} {# c #} % d', expect: no_call}")

    assert case.given[0].text == "a {b} {# c #} % d"


def test_a_bad_template_in_the_system_prompt_is_told_where_it_stands(mistakes):
    told = mistakes(
        "version: 1\nsystem: Be {{ mood }}.\ncases: [{id: a, prompt: x, expect: no_call}]"
    )

    assert told == [
        "s.yaml:2:9: the template names 'mood', which is no variable",
        "  hint: variables come from the case's `matrix`",
    ]


def test_an_attribute_that_a_variable_does_not_have_is_told(case_mistakes):
    told = case_mistakes("- {id: a, prompt: '{{ v.b }}', matrix: {v: [{a: 1}]}, expect: no_call}")

    assert told == ["1:19: the template fails: 'dict object' has no attribute 'b'"]
