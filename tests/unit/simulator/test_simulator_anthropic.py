import pytest

PATH = "/v1/messages"


def ask(*messages, **more):
    return {"model": "careful", "max_tokens": 64, "messages": list(messages), **more}


def user(content):
    return {"role": "user", "content": content}


def test_text_and_calls_become_blocks_with_parsed_input(script, post):
    shop = script("""
        rules:
          - answer:
              text: One moment.
              calls:
                - {name: get_order, arguments: {order_id: A8472}}
                - {name: list_orders, raw: '{"customer_id": "C20417"}'}
    """)

    reply = post(shop, PATH, ask(user("both"))).json()

    first_id, second_id = (block["id"] for block in reply["content"][1:])
    assert reply == {
        "id": reply["id"],
        "type": "message",
        "role": "assistant",
        "model": "careful",
        "content": [
            {"type": "text", "text": "One moment."},
            {
                "type": "tool_use",
                "id": first_id,
                "name": "get_order",
                "input": {"order_id": "A8472"},
            },
            {
                "type": "tool_use",
                "id": second_id,
                "name": "list_orders",
                "input": {"customer_id": "C20417"},
            },
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 17, "output_tokens": 20},
    }
    assert first_id != second_id


def test_a_reply_of_text_ends_its_turn(script, post):
    shop = script("rules: [{answer: Hi}]")

    reply = post(shop, PATH, ask(user("hello"))).json()

    assert reply["content"] == [{"type": "text", "text": "Hi"}]
    assert reply["stop_reason"] == "end_turn"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (529, "overloaded_error"),
    ],
)
def test_a_failure_is_named_as_the_protocol_names_it(status, kind, script, post):
    shop = script(f"rules: [{{answer: {{status: {status}, error: No}}}}]")

    reply = post(shop, PATH, ask(user("x")))

    assert reply.status_code == status
    assert reply.json() == {"type": "error", "error": {"type": kind, "message": "No"}}


def test_system_text_and_results_are_read_out_of_their_blocks(script, post):
    shop = script("""
        rules:
          - {when: {system: Never guess, result: delivered}, answer: It has arrived.}
    """)
    use = {"type": "tool_use", "id": "toolu_1", "name": "get_order", "input": {}}
    result = {
        "type": "tool_result",
        "tool_use_id": "toolu_1",
        "content": [{"type": "text", "text": "delivered"}],
    }

    reply = post(
        shop,
        PATH,
        ask(
            user("Where is it?"),
            {"role": "assistant", "content": [use]},
            user([result]),
            system=[{"type": "text", "text": "Never guess a number."}],
        ),
    )

    assert reply.json()["content"] == [{"type": "text", "text": "It has arrived."}]


def test_words_beside_a_result_are_words_of_the_user(script, post):
    shop = script("""
        rules:
          - {when: {result: {$any: true}}, answer: a result}
          - {when: {user: go ahead}, answer: words}
    """)
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "done"}

    reply = post(shop, PATH, ask(user([result, {"type": "text", "text": "go ahead"}])))

    assert reply.json()["content"] == [{"type": "text", "text": "words"}]


def test_an_empty_argument_string_is_an_empty_input(script, post):
    shop = script("rules: [{answer: {calls: [{name: list_orders, raw: ''}]}}]")

    reply = post(shop, PATH, ask(user("x"))).json()

    assert reply["content"][0]["input"] == {}


def test_settings_do_not_change_a_reply(script, post):
    shop = script("rules: [{answer: {calls: [{name: f}]}}]")

    once = post(shop, PATH, ask(user("x")))
    again = post(shop, PATH, {**ask(user("x")), "max_tokens": 9, "metadata": {"user_id": "me"}})

    assert once.content == again.content
