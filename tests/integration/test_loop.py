"""Whole conversations with simulated tools, from YAML to verdicts, over HTTP and on replay."""

import json

import pytest

from evalkit.runfile import read_run

CONFIG = """\
providers:
  careful: {api: openai-chat, model: careful, simulate: careful.yaml}
  claude: {api: anthropic, model: claude, simulate: careful.yaml}
  hasty: {api: openai-chat, model: hasty, simulate: hasty.yaml}
"""
REFUNDS = """\
version: 1
suite: refunds
system: You handle refunds for an online shop. Never guess an order number.
tools:
  - name: get_order
    description: Look up an order.
    parameters:
      type: object
      properties: {order_id: {type: string, pattern: '^A[0-9]{4}$'}}
      required: [order_id]
      additionalProperties: false
  - name: process_refund
    description: Pay an order back.
    parameters:
      type: object
      properties: {order_id: {type: string}, idempotency_key: {type: string}}
      required: [order_id]
settings: {tool_choice: auto, temperature: 0, max_tokens: 512}
simulate:
  get_order:
    - when: {order_id: A8472}
      return: {status: delivered, amount_usd: 47.00}
    - fault: not_found
cases:
  - id: greeting
    prompt: hello
    expect: no_call
  - id: confirm-first
    turns:
      - user: Refund order A8472
        expect: {forbid: [process_refund], answer: {$contains: "47"}}
      - user: Yes, go ahead
        expect:
          calls:
            - tool: process_refund
              args: {order_id: A8472, idempotency_key: {$any: true}}
              times: 1
  - id: unknown-order
    prompt: Where is order A0001?
    expect:
      calls: [{get_order: {order_id: A0001}}]
      answer: {$contains: no order}
      recovers: true
  - id: charged-once
    prompt: Pay back A8472 at once, I am sure.
    simulate:
      process_refund:
        - {fault: timeout, times: 1, remember: {paid: true}}
        - state: {paid: true}
          return: {status: already refunded, order: "{{ args.order_id }}"}
    expect:
      calls:
        - {tool: process_refund, args: {order_id: A8472, idempotency_key: k-1}, times: 2}
      retries: {tool: process_refund, min: 1, max: 1}
      idempotent: {tool: process_refund, key: idempotency_key}
      answer: {$contains: refunded}
"""
CAREFUL = """\
version: 1
rules:
  - when: {user: hello}
    answer: Hello! What can I do for you?
  - when: {user: Refund order A8472}
    answer: {calls: [{name: get_order, arguments: {order_id: A8472}}]}
  - when: {user: Refund order A8472, result: {$search: delivered}}
    answer: That comes to 47.00 USD. Shall I refund it?
  - when: {user: 'Yes, go ahead'}
    answer:
      calls: [{name: process_refund, arguments: {order_id: A8472, idempotency_key: r-1}}]
  - when: {user: Where is order A0001}
    answer: {calls: [{name: get_order, arguments: {order_id: A0001}}]}
  - when: {user: Where is order A0001, result: {$search: not_found}}
    answer: There is no order A0001.
  - when: {user: Pay back}
    answer: &pay
      calls: [{name: process_refund, arguments: {order_id: A8472, idempotency_key: k-1}}]
  - when: {user: Pay back, result: {$search: already}}
    answer: It is refunded.
  - when: {user: Pay back, result: {$search: timeout}}
    answer: *pay
"""
HASTY = """\
version: 1
rules:
  - when: {user: hello}
    answer: {calls: [{name: get_order, arguments: {order_id: A0000}}]}
  - when: {user: Refund order A8472}
    answer:
      calls: [{name: process_refund, arguments: {order_id: A8472, idempotency_key: r-1}}]
  - when: {user: Where is order A0001}
    answer: &again {calls: [{name: get_order, arguments: {order_id: A0001}}]}
  - when: {user: Where is order A0001, result: {$any: true}}
    answer: *again
  - when: {user: Pay back}
    answer:
      calls: [{name: process_refund, arguments: {order_id: A8472, idempotency_key: k-1}}]
  - when: {user: Pay back, result: {$search: timeout}}
    answer:
      calls: [{name: process_refund, arguments: {order_id: A8472, idempotency_key: k-2}}]
  - when: {user: Pay back, result: {$search: already}}
    answer: It is refunded.
  - when: {result: {$any: true}}
    answer: Fine.
"""


@pytest.fixture
def shop(empty_project):
    for name, text in {
        "evalkit.yaml": CONFIG,
        "suites/refunds.yaml": REFUNDS,
        "careful.yaml": CAREFUL,
        "hasty.yaml": HASTY,
    }.items():
        empty_project.write(name, text)
    return empty_project


def results(project, file):
    return {(r.case, r.provider): r for r in read_run(project.folder / file).results}


def test_the_refund_suite_tells_a_careful_model_from_a_hasty_one_live_and_on_replay(shop):
    live = shop.evalkit("run", "--record", "missing", "-o", "live.jsonl")
    replay = shop.evalkit("run", "-o", "replay.jsonl")

    recorded, replayed = results(shop, "live.jsonl"), results(shop, "replay.jsonl")
    assert (live.returncode, replay.returncode) == (1, 1), live.stdout + live.stderr
    assert {key: r.status.value for key, r in recorded.items()} == {
        (case, provider): "failed" if provider == "hasty" else "passed"
        for case in ("greeting", "confirm-first", "unknown-order", "charged-once")
        for provider in ("careful", "claude", "hasty")
    }
    assert {key: (r.status, r.verdicts) for key, r in replayed.items()} == {
        key: (r.status, r.verdicts) for key, r in recorded.items()
    }
    for key, result in recorded.items():
        assert result.transcript.messages == replayed[key].transcript.messages


def test_what_a_hasty_model_did_is_named(shop):
    shop.evalkit("run", "--record", "live", "-p", "hasty", "-o", "run.jsonl")

    held = {case: r for (case, _), r in results(shop, "run.jsonl").items()}
    kinds = {case: {v.kind.value for v in r.failures} for case, r in held.items()}
    assert kinds["greeting"] == {"over_call"}
    assert kinds["confirm-first"] >= {"forbidden_call"}
    assert "runaway_loop" in kinds["unknown-order"]
    assert held["unknown-order"].transcript.stop.value == "repeated_call"
    assert held["unknown-order"].transcript.limits == (
        (
            "turn 4: stopped: get_order was called more than 3 times with the same arguments "
            "(settings.max_repeats)"
        ),
    )
    assert "not_idempotent" in kinds["charged-once"]


def test_each_conversation_has_an_id_of_its_own_and_faults_are_signed(shop):
    shop.evalkit("run", "--record", "live", "-p", "careful", "-o", "run.jsonl")

    held = {case: r.transcript for (case, _), r in results(shop, "run.jsonl").items()}
    assert len({transcript.conversation for transcript in held.values()}) == 4
    signed = [m.fault for m in held["charged-once"].messages if hasattr(m, "fault")]
    assert signed == ["timeout", None]
    assert held["charged-once"].limits == (
        "turn 1: process_refund did not answer in time (settings.tool_timeout_s)",
    )
    assert held["charged-once"].alerts == (
        "turn 1: process_refund took 5 s, 5 s or more (alerts.tool_s)",
        "turn 2: the calls of the answer before, once more (alerts.repeated_turn)",
    )


def test_a_call_that_nobody_planned_errors_the_case_and_blames_no_model(shop):
    shop.write("suites/refunds.yaml", REFUNDS.replace("    - fault: not_found\n", ""))

    run = shop.evalkit(
        "run", "--record", "live", "-p", "careful", "-k", "unknown-order", "-o", "run.jsonl"
    )

    (result,) = results(shop, "run.jsonl").values()
    assert run.returncode == 3
    assert result.status.value == "errored"
    assert result.transcript.trouble.error == "NotSimulated"
    assert result.transcript.trouble.what.endswith(
        "the call get_order({'order_id': 'A0001'}) is not simulated"
    )


FUNCTIONS = """
import os

def get_order(arguments, state):
    state["seen"] = state.get("seen", 0) + 1
    return {"status": "delivered", "seen": state["seen"], "key": os.environ["SHOP_KEY"]}
"""


def test_functions_answer_only_where_that_is_allowed(shop):
    shop.write("shop_tools.py", FUNCTIONS)
    rules = "  get_order:\n    - python: shop_tools:get_order\n"
    begin, end = REFUNDS.index("  get_order:\n    - when"), REFUNDS.index("cases:")
    shop.write("suites/refunds.yaml", REFUNDS[:begin] + rules + REFUNDS[end:])
    words = ("run", "--record", "live", "-p", "careful", "-k", "confirm-first", "-o", "run.jsonl")
    environ = {"PYTHONPATH": str(shop.folder), "SHOP_KEY": "sk-proj-4f9Aq2Lx7Rt0Vw3Zb8Nc"}

    refused = shop.evalkit(*words, **environ)
    allowed = shop.evalkit(*words, "--allow-python", **environ)

    assert refused.returncode == 2
    assert "python runs code of the suite's author" in refused.stderr
    assert allowed.returncode == 0, allowed.stdout
    run_file = (shop.folder / "run.jsonl").read_text()
    assert '"seen":1,"key":"[redacted]"' in run_file
    assert "sk-proj" not in run_file
    assert json.loads(run_file.splitlines()[-1])["end"]
