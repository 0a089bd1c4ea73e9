import pytest

BROKEN_SUITES = [
    ("- a", ["s.yaml:1:1: a suite is a mapping", "  hint: begin with version: 1"]),
    ("version: 1", ["s.yaml:1:1: the suite has no cases", "  hint: list them under `cases`"]),
    (
        "suite: a b\ncases: hello\n",
        [
            "s.yaml:1:1: 'version' is missing",
            "  hint: begin with version: 1",
            ("s.yaml:1:8: a name is made of letters, digits, '.', '_' and '-', got the text 'a b'"),
            "s.yaml:2:8: cases: expected a list, got the text 'hello'",
        ],
    ),
    (
        "version: 1\nsytem: x\ncases: [5]\n",
        [
            "s.yaml:2:1: unknown key 'sytem'",
            "  hint: did you mean 'system'?",
            "s.yaml:3:9: a case is a mapping, got the number 5",
        ],
    ),
    (
        (
            "version: 1\nsettings: {temprature: 0, tool_choice: {tool: pay}}\n"
            "cases: [{id: a, prompt: x, expect: no_call, settings: {tool_choice: never}}]\n"
        ),
        [
            "s.yaml:2:12: unknown key 'temprature'",
            "  hint: did you mean 'temperature'?",
            "s.yaml:2:47: the suite offers no tool 'pay'",
            "  hint: the suite offers no tools",
            (
                "s.yaml:3:69: tool_choice must be auto, required, none, or one tool: {tool: name}, "
                "got the text 'never'"
            ),
        ],
    ),
    (
        "version: 1\nsystem:\ncases: [{id: a, prompt: x, expect: {forbid: }}]\n",
        [
            "s.yaml:2:1: nothing stands under 'system'",
            "  hint: give it a value, or leave the key out",
            "s.yaml:3:37: nothing stands under 'forbid'",
            "  hint: give it a value, or leave the key out",
        ],
    ),
    (
        (
            "version: 1\n"
            "simulate: {pay: [{return: 1, fault: x}, {when: {a: {$x: 1}}, return: 5}]}\n"
            "tools: [{name: pay}]\ncases: [{id: a, id: b, prompt: x, expect: no_call}]\n"
        ),
        [
            "s.yaml:2:18: a rule needs exactly one of return, fault and python",
            "s.yaml:2:53: unknown matcher '$x'",
            (
                "  hint: known: $absent, $all_of, $any, $approx, $contains, $date, $equals, $gt, "
                "$gte, $items, $json, $length, $lt, $lte, $not, $one_of, $optional, $python, "
                "$range, $regex, $result, $schema, $search, $subset, $text, $type, $unordered"
            ),
            "s.yaml:4:17: the key 'id' stands on line 4 already",
            "  hint: keep one",
        ],
    ),
]

BROKEN_CASES = [
    ("- {prompt: x, expect: no_call}", ["1:3: 'id' is missing"]),
    (
        "- {id: a b, prompt: x, expect: no_call}",
        ["1:8: a name is made of letters, digits, '.', '_' and '-', got the text 'a b'"],
    ),
    ("- {id: a, prompt: x}", ["1:3: 'expect' is missing"]),
    ("- {id: a, expect: no_call}", ["1:3: nothing is said"]),
    (
        "- {id: a, prompt: x, turns: [{user: y}], expect: no_call}",
        ["1:3: prompt and turns are given"],
    ),
    ("- {id: a, turns: [], expect: no_call}", ["1:18: turns must not be empty"]),
    ("- {id: a, prompt: x, asserts: 5, expect: no_call}", ["1:22: unknown key 'asserts'"]),
    (
        "- {id: a, prompt: x, expect: no_call}\n- {id: a, prompt: x, expect: no_call}",
        ["2:3: the id 'a' is already taken by the case at s.yaml:6:5"],
    ),
    (
        "- {id: a, prompt: x, trials: 0, pass: 80, skip: true, tags: F1, expect: no_call}",
        [
            "1:30: trials: must be at least 1, got the number 0",
            "1:39: pass: must be at most 1.0, got the number 80",
            "1:49: skip: expected text, got true",
            "1:61: tags: expected a list, got the text 'F1'",
        ],
    ),
]

BROKEN_EXPECTATIONS = [
    ("nocall", "expected no_call or a mapping, got the text 'nocall'"),
    ("{}", "this expects nothing, so that the case cannot fail"),
    ("{limits: {}}", "this expects nothing, so that the case cannot fail"),
    ("{extra_calls: allow}", "this expects nothing, so that the case cannot fail"),
    (
        "{calls: [{tool: get_weather, args: {}, optional: true}], extra_calls: allow}",
        "this expects nothing, so that the case cannot fail",
    ),
    (
        "{any_of: [{forbid: [get_weather]}, {schema: on}]}",
        "this expects nothing, so that the case cannot fail",
    ),
    ("{answer: {$any: true}}", "this accepts every answer"),
    ("{answer: {$one_of: [{$any: true}, x]}}", "this accepts every answer"),
    ("{answer: {$search: '.*'}}", "/.*/ is found in every text"),
    ("{answer: {$optional: x}}", "an answer cannot be optional or absent"),
    ("{answer: 47}", "an answer is text, not the number 47"),
    ("{calls: []}", "no calls are listed"),
    ("{no_call: true, calls: [{get_weather: {}}]}", "no_call and calls contradict each other"),
    (
        "{forbid: [get_weather], calls: [{get_weather: {}}]}",
        "get_weather is expected and forbidden",
    ),
    ("{order: strict, forbid: [get_weather]}", "order is about calls, and none are listed"),
    ("{calls: [get_weather]}", "the arguments of get_weather are missing"),
    ("{calls: [{get_weather: 5}]}", "the arguments of get_weather must be a mapping"),
    ("{calls: [{tool: get_weather}]}", "'args' is missing"),
    ("{calls: [{get_weather: {}, process_refund: {}}]}", "a call names one tool"),
    ("{calls: [{get_wether: {}}]}", "the suite offers no tool 'get_wether'"),
    ("{forbid: [pay]}", "the suite offers no tool 'pay'"),
    ("{extra_calls: [pay]}", "the suite offers no tool 'pay'"),
    ("{confirm: [pay]}", "the suite offers no tool 'pay'"),
    ("{retries: {tool: pay, max: 1}}", "the suite offers no tool 'pay'"),
    ("{idempotent: [{tool: pay, key: k}]}", "the suite offers no tool 'pay'"),
    ("{grounded: {pay: {a: {$result: get_weather.x}}}}", "the suite offers no tool 'pay'"),
    ("{calls: [{get_weather: {a: {$result: pay.x}}}]}", "the suite offers no tool 'pay'"),
    ("{grounded: {get_weather: {a: 5}}}", "this names no earlier result"),
    ("{grounded: {get_weather: {}}}", "the arguments of get_weather must be a mapping"),
    (
        "{calls: [{tool: get_weather, args: {}, id: w, after: [q]}]}",
        "no call has the id 'q'",
    ),
    (
        (
            "{calls: [{tool: get_weather, args: {}, id: a, after: [b]},"
            " {tool: get_weather, args: {}, id: b, after: [a]}]}"
        ),
        "these calls wait for each other",
    ),
    (
        "{calls: [{tool: get_weather, args: {}, id: a}, {tool: get_weather, args: {}, id: a}]}",
        "the id 'a' is already taken",
    ),
    ("{calls: [{tool: get_weather, args: {}, times: 0}]}", "a call that is made 0 times"),
    (
        "{calls: [{tool: get_weather, args: {}, times: {min: 3, max: 2}}]}",
        "from 3 to 2 times is never",
    ),
    (
        "{calls: [{tool: get_weather, args: {}, times: often}]}",
        "expected a number or {min, max}, got the text 'often'",
    ),
    (
        "{extra_calls: some, forbid: [get_weather]}",
        "extra_calls must be forbid, allow, or a list of tools, got the text 'some'",
    ),
    ("{schema: no, forbid: [get_weather]}", "expected on or off, got the text 'no'"),
    ("{extra_args: yes, forbid: [get_weather]}", "expected allow or forbid, got the text 'yes'"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN_SUITES, ids=repr)
def test_a_broken_suite_is_told_every_mistake_in_file_order(text, told, mistakes):
    assert mistakes(text) == told


@pytest.mark.parametrize(("cases", "told"), BROKEN_CASES, ids=repr)
def test_a_broken_case_is_told_where_and_why(cases, told, case_mistakes):
    assert case_mistakes(cases) == told


@pytest.mark.parametrize(("expected", "what"), BROKEN_EXPECTATIONS)
def test_an_expectation_that_cannot_be_meant_is_refused(expected, what, case_mistakes):
    told = case_mistakes(f"- {{id: a, prompt: x, expect: {expected}}}")

    assert [each.split(": ", 1)[1] for each in told] == [what]


def test_every_wrong_argument_of_a_call_is_told(case_mistakes):
    told = case_mistakes("""\
- id: a
  prompt: x
  expect:
    calls:
      - get_weather: {location: {$tex: x}, days: {$gt: x}}
      - tool: process_refund
        args: {amount: {$range: 5}}
        tmes: 2
    forbid: [pay]
""")

    assert told == [
        "5:34: unknown matcher '$tex'",
        "5:56: $gt takes a number, got the text 'x'",
        "7:33: $range takes two numbers, got the number 5",
        "8:9: unknown key 'tmes'",
        "9:14: the suite offers no tool 'pay'",
    ]


def test_mistakes_that_hide_behind_others_do_not_end_the_search(mistakes):
    told = mistakes("""\
version: 1
tools: [{name: pay}]
defaults:
  expect:
    grounded: {pay: {a: 1, b: 2, c: {$x: 3}}}
cases:
  - {id: a, prompt: x, expect: {grounded: {pay: {a: 1, b: 2}}, forbid: [gone]}}
""")

    assert [each.split(": ", 1)[1] for each in told if not each.startswith(" ")] == [
        "this names no earlier result",
        "this names no earlier result",
        "the suite offers no tool 'gone'",
    ]


def test_the_expectation_of_a_turn_must_be_able_to_fail(case_mistakes):
    told = case_mistakes("- {id: a, turns: [{user: x, expect: {extra_calls: allow}}]}")

    assert told == ["1:37: this expects nothing, so that the case cannot fail"]


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ("[]", "messages must not be empty"),
        ("[{role: user}]", "a message of the user needs text in content"),
        ("[{role: robot, content: x}]", "role: expected 'system', 'user', 'assistant' or 'tool'"),
        (
            "[{role: user, content: x}, {role: system, content: y}]",
            "the system prompt comes first",
        ),
        ("[{role: user, content: x}, {role: assistant}]", "a turn of the assistant needs text"),
        (
            "[{role: user, content: x}, {role: assistant, content: y}]",
            "the model has nothing to answer: the last word is its own",
        ),
        ("[{role: tool, content: x}]", "this result answers no call"),
        (
            "[{role: assistant, calls: [{ping: {}}]}, {role: user, content: x}]",
            "a result of ping must come first",
        ),
        ("[{role: assistant, calls: [{ping: {}}]}]", "the call of ping has no result"),
        (
            (
                "[{role: assistant, calls: [{name: a, arguments: {}, id: x}, "
                "{name: b, arguments: {}, id: x}]}, {role: tool, content: 1}]"
            ),
            "the call id 'x' is already taken",
        ),
        (
            (
                "[{role: assistant, calls: [{ping: {}}]}, {role: tool, call: x, content: 1}, "
                "{role: tool, content: 1}]"
            ),
            "no open call has the id 'x'",
        ),
        ("[{role: user, content: x, calls: [{ping: {}}]}]", "only the assistant makes calls"),
        ("[{role: user, content: x, error: true}]", "call and error belong to a message of a tool"),
        ("[{role: assistant, tool_calls: []}]", "tool_calls is a provider's form"),
        ("[{role: tool, tool_call_id: x}]", "tool_call_id is a provider's form"),
        ("[{role: assistant, calls: [{ping: 5}]}]", "the arguments of ping must be a mapping"),
    ],
)
def test_a_conversation_that_cannot_have_been_is_refused(messages, told, case_mistakes):
    (mistake, *_) = case_mistakes(f"- {{id: a, messages: {messages}, expect: no_call}}")

    assert mistake.split(": ", 1)[1].startswith(told)


def test_a_tool_choice_and_a_simulated_tool_of_a_case_must_be_offered(case_mistakes):
    told = case_mistakes(
        "- {id: a, prompt: x, expect: no_call, settings: {tool_choice: {tool: gone}},"
        " simulate: {lost: 1}}"
    )

    assert [each.split(": ", 1)[1] for each in told] == [
        "the suite offers no tool 'gone'",
        "the suite offers no tool 'lost'",
    ]


def test_an_id_that_is_taken_is_told_beside_other_mistakes(case_mistakes):
    told = case_mistakes(
        "- {id: a, prompt: x, expect: no_call}\n- {id: a, prompt: x, expct: no_call}\n"
        "- {id: b, promt: x, expect: no_call}"
    )

    assert [each.split(": ", 1)[1] for each in told] == [
        "the id 'a' is already taken by the case at s.yaml:6:5",
        "unknown key 'expct'",
        "unknown key 'promt'",
    ]
