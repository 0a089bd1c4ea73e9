"""Conversations of several turns, over every protocol."""

import pytest

CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"
QUESTION = {"role": "user", "content": "Orders of kim@example.com?"}
FOUND = '{"customer": {"id": "C31150", "tags": ["new", "vip"]}}'
CALL = {"id": "1", "type": "function", "function": {"name": "find_customer", "arguments": "{}"}}
CONVERSATIONS = {
    CHAT: {
        "messages": [
            QUESTION,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "1", "content": FOUND},
        ]
    },
    MESSAGES: {
        "max_tokens": 9,
        "messages": [
            QUESTION,
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "1", "name": "find_customer", "input": {}}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "1", "content": FOUND}],
            },
        ],
    },
    RESPONSES: {
        "input": [
            QUESTION,
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"role": "assistant", "content": [{"type": "output_text", "text": "One moment."}]},
            {"type": "function_call", "call_id": "1", "name": "find_customer", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "1", "output": FOUND},
        ]
    },
}


def is_answered(script, post, path, when, **more):
    shop = script(f"rules: [{{when: {when}, answer: this one}}]")
    return post(shop, path, {"model": "m", **CONVERSATIONS[path], **more}).status_code == 200


@pytest.mark.parametrize("path", CONVERSATIONS)
@pytest.mark.parametrize(
    ("when", "holds"),
    [
        pytest.param("{turn: 2, result: C31150}", True, id="second turn"),
        pytest.param("{turn: 3, result: C31150}", False, id="third turn"),
        pytest.param("{called: [find_customer], result: C31150}", True, id="called before"),
        pytest.param("{called: [list_orders], result: C31150}", False, id="never called"),
        pytest.param(
            "{called: [find_customer, find_customer], result: C31150}", False, id="not called twice"
        ),
        pytest.param("{user: kim@example.com, result: C31150}", True, id="words before a result"),
    ],
)
def test_a_rule_sees_the_conversation_so_far(path, when, holds, script, post):
    assert is_answered(script, post, path, when) is holds


def test_the_instructions_of_a_response_are_its_system_prompt(script, post):
    when = "{system: sell shoes, result: {$any: true}}"

    assert is_answered(script, post, RESPONSES, when, instructions="You sell shoes.")


def test_a_response_that_wants_a_kept_conversation_is_refused(script, post):
    shop = script("rules: [{answer: Hi}]")

    reply = post(shop, RESPONSES, {"model": "m", "input": "Hi", "previous_response_id": "resp_1"})

    assert reply.status_code == 400
    assert "previous_response_id" in reply.json()["error"]["message"]


@pytest.mark.parametrize("path", CONVERSATIONS)
def test_a_call_takes_its_arguments_from_a_result(path, script, post):
    shop = script("""
        rules:
          - when: {result: {$any: true}}
            answer:
              calls:
                - name: list_orders
                  arguments: {of: [{id: {$result: customer.id}}], tag: {$result: customer.tags.1}}
    """)

    reply = post(shop, path, {"model": "m", **CONVERSATIONS[path]}).text.replace("\\", "")

    assert '{"of": [{"id": "C31150"}], "tag": "vip"}' in reply


@pytest.mark.parametrize("path", ["customer.name", "customer.tags.2", "customer.tags.x", "id.x"])
def test_a_result_that_nobody_returned_is_a_404_that_names_it(path, script, post):
    shop = script(f"""
        rules:
          - when: {{result: {{$any: true}}}}
            answer: {{calls: [{{name: f, arguments: {{a: {{$result: {path}}}}}}}]}}
    """)

    reply = post(shop, CHAT, {"model": "m", **CONVERSATIONS[CHAT]})

    assert reply.status_code == 404
    assert reply.json()["error"]["message"] == f"shop.yaml: no tool result has {path!r}"


def test_an_answer_cannot_break_off_in_two_ways(script):
    from evalkit.errors import InvalidScript

    with pytest.raises(InvalidScript, match="either `cut` or left to `hang`"):
        script("rules: [{answer: {text: Hi, cut: 0.5, hang: 0.5}}]")
