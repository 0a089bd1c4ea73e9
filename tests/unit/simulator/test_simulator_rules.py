import pytest

PATH = "/v1/chat/completions"
CONVERSATION = [
    {"role": "system", "content": "You sell shoes."},
    {"role": "user", "content": [{"type": "text", "text": "Where is order A8472?"}]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "get_order", "arguments": "{}"}}
        ],
    },
    {"role": "tool", "tool_call_id": "1", "content": '{"status": "delivered"}'},
]
TOOLS = [
    {"type": "function", "function": {"name": "get_order", "parameters": {"type": "object"}}},
    {"type": "custom", "custom": {"name": "note"}},
]


def said(reply):
    return reply.json()["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    ("when", "messages"),
    [
        pytest.param("{user: WHERE IS}", CONVERSATION[:2], id="words in any case"),
        pytest.param("{user: 'A8472?'}", CONVERSATION[:2], id="words are no pattern"),
        pytest.param("{user: {$search: 'A\\d{4}'}}", CONVERSATION[:2], id="a pattern anywhere"),
        pytest.param("{user: {$regex: 'Where.*\\?'}}", CONVERSATION[:2], id="a whole pattern"),
        pytest.param("{system: shoes}", CONVERSATION[:2], id="system text"),
        pytest.param("{turn: 1}", CONVERSATION[:2], id="first answer"),
        pytest.param("{turn: 2, result: delivered}", CONVERSATION, id="second answer"),
        pytest.param("{tools: [get_order, note]}", CONVERSATION[:2], id="tools offered"),
        pytest.param("{user: order, result: {$any: true}}", CONVERSATION, id="words and result"),
        pytest.param("{}", CONVERSATION[:2], id="anything a user says"),
    ],
)
def test_a_rule_answers_what_it_describes(when, messages, script, post):
    shop = script(f"rules: [{{when: {when}, answer: this one}}]")

    reply = post(shop, PATH, {"model": "m", "messages": messages, "tools": TOOLS})

    assert said(reply) == "this one"


@pytest.mark.parametrize(
    ("when", "messages"),
    [
        pytest.param("{user: refund}", CONVERSATION[:2], id="other words"),
        pytest.param("{user: {$regex: 'A\\d{4}'}}", CONVERSATION[:2], id="not the whole of it"),
        pytest.param("{system: hats}", CONVERSATION[:2], id="another system text"),
        pytest.param("{turn: 2}", CONVERSATION[:2], id="another turn"),
        pytest.param("{tools: [get_order, refund]}", CONVERSATION[:2], id="a tool not offered"),
        pytest.param("{result: lost}", CONVERSATION, id="another result"),
        pytest.param("{user: order}", CONVERSATION, id="the user, but a tool spoke"),
        pytest.param("{result: {$any: true}}", CONVERSATION[:2], id="a tool, but the user spoke"),
        pytest.param("{}", CONVERSATION, id="anything, but a tool spoke"),
    ],
)
def test_a_rule_is_silent_about_everything_else(when, messages, script, post):
    shop = script(f"rules: [{{when: {when}, answer: this one}}]")

    reply = post(shop, PATH, {"model": "m", "messages": messages, "tools": TOOLS})

    assert reply.status_code == 404


def test_the_first_rule_that_fits_answers(script, post):
    shop = script("""
        rules:
          - {when: {user: refund}, answer: one}
          - {when: {user: order}, answer: two}
          - {when: {user: where}, answer: three}
    """)

    reply = post(shop, PATH, {"model": "m", "messages": CONVERSATION[:2]})

    assert said(reply) == "two"


def test_parallel_results_are_seen_together(script, post):
    shop = script("rules: [{when: {result: {$search: '(?s)delivered.*lost'}}, answer: both}]")
    second = {"role": "tool", "tool_call_id": "2", "content": "lost"}

    reply = post(shop, PATH, {"model": "m", "messages": [*CONVERSATION, second]})

    assert said(reply) == "both"


def test_no_rule_is_a_404_that_names_script_and_words(script, post):
    shop = script("rules: [{when: {user: refund}, answer: one}]")

    reply = post(shop, PATH, {"model": "m", "messages": CONVERSATION[:2]})

    assert reply.status_code == 404
    assert reply.json()["error"]["message"] == (
        "no rule of shop.yaml matches: the user said 'Where is order A8472?', answer 1 is due"
    )
