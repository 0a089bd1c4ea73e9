import pytest

PATH = "/v1/chat/completions"


def chat(*messages, **more):
    return {"model": "careful", "messages": list(messages), **more}


def user(text):
    return {"role": "user", "content": text}


def test_a_reply_of_text_has_the_shape_of_the_protocol(script, post):
    shop = script("rules: [{when: {user: hello}, answer: Hi there}]")

    reply = post(shop, PATH, chat(user("Hello!"))).json()

    assert reply == {
        "id": reply["id"],
        "object": "chat.completion",
        "created": 1_767_225_600,
        "model": "careful",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi there", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 17, "completion_tokens": 3, "total_tokens": 20},
    }


def test_calls_are_written_as_argument_strings_with_ids_of_their_own(script, post):
    shop = script("""
        rules:
          - answer:
              calls:
                - {name: get_order, arguments: {order_id: A8472}}
                - {name: list_orders}
    """)

    choice = post(shop, PATH, chat(user("both"))).json()["choices"][0]

    first, second = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert first["function"] == {"name": "get_order", "arguments": '{"order_id": "A8472"}'}
    assert second["function"] == {"name": "list_orders", "arguments": "{}"}
    assert first["id"] != second["id"]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param('{"location": "Paris"', id="missing brace"),
        pytest.param("{'location': 'Paris'}", id="single quotes"),
        pytest.param('{"note": "line one\nline two"}', id="bare newline"),
        pytest.param('```json\n{"fraction": 1/6} // a sixth\n```', id="fence, expression, comment"),
        pytest.param('{"city": "Köln \u2028 \u0085 😀"}', id="unusual characters"),
        pytest.param("", id="nothing"),
        pytest.param("  [1, 2", id="leading blanks and no object"),
    ],
)
def test_a_raw_argument_string_arrives_to_the_letter(raw, post):
    from evalkit.simulator import Call, Reply, Rule, Script

    call = Call(name="get_weather", raw=raw)
    shop = Script(file="x", api="openai-chat", rules=(Rule(answer=Reply(calls=(call,))),))

    reply = post(shop, PATH, chat(user("weather"))).json()

    assert reply["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == raw


@pytest.mark.parametrize(
    ("stop", "sent"),
    [
        pytest.param("stop", "stop", id="stop beside calls"),
        pytest.param("length", "length", id="length in the middle"),
        pytest.param("null", None, id="missing"),
    ],
)
def test_the_stop_reason_may_lie(stop, sent, script, post):
    shop = script(f"rules: [{{answer: {{calls: [{{name: f}}], stop: {stop}}}}}]")

    choice = post(shop, PATH, chat(user("x"))).json()["choices"][0]

    assert choice["finish_reason"] == sent
    assert len(choice["message"]["tool_calls"]) == 1


def test_the_scripted_model_and_usage_are_reported(script, post):
    shop = script("rules: [{answer: {text: Hi, model: careful-2, usage: {input: 812, output: 9}}}]")

    reply = post(shop, PATH, chat(user("x"))).json()

    assert reply["model"] == "careful-2"
    assert reply["usage"] == {"prompt_tokens": 812, "completion_tokens": 9, "total_tokens": 821}


def test_the_same_question_gets_the_same_bytes_whatever_settings_surround_it(script, post):
    shop = script("rules: [{answer: {calls: [{name: f}]}}]")

    once = post(shop, PATH, chat(user("x")))
    again = post(shop, PATH, chat(user("x"), temperature=0, user="me", stream=False))
    other = post(shop, PATH, chat(user("y")))

    assert once.content == again.content
    assert once.json()["id"] != other.json()["id"]


def test_a_scripted_failure_comes_with_its_headers_in_the_error_shape(script, post):
    shop = script("""
        rules:
          - answer: {status: 429, error: Slow down, headers: {Retry-After: 1}}
    """)

    reply = post(shop, PATH, chat(user("x")))

    assert reply.status_code == 429
    assert reply.headers["retry-after"] == "1"
    assert reply.json() == {
        "error": {"message": "Slow down", "type": "rate_limit_error", "param": None, "code": None}
    }


def test_a_scripted_body_replaces_the_error_shape(script, post):
    shop = script("""
        rules:
          - answer:
              status: 400
              body: {error: {code: tool_use_failed, failed_generation: '{'}}
    """)

    reply = post(shop, PATH, chat(user("x")))

    assert reply.status_code == 400
    assert reply.json() == {"error": {"code": "tool_use_failed", "failed_generation": "{"}}
