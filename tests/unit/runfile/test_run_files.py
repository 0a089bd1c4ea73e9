import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from evalkit.errors import EvalkitError, InvalidRunFile
from evalkit.results import CaseResult, Kind, Pairing, Status, Verdict
from evalkit.runfile import (
    RunHeader,
    RunProvider,
    RunWriter,
    dump,
    encode,
    is_run_file,
    load,
    read_run,
)
from evalkit.transcript import (
    Defect,
    Exchange,
    Prompt,
    Stop,
    ToolCall,
    ToolResult,
    Transcript,
    Trouble,
    Turn,
    Usage,
)

HEADER = RunHeader(
    id="r1",
    started_at="2026-01-01T00:00:00+00:00",
    evalkit_version="0.1.0",
    mode="none",
    command="evalkit run suites",
    providers=(RunProvider(name="p", api="openai-chat", model="m", simulated=True),),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=3)
CALLS = st.builds(
    ToolCall,
    id=st.text(),
    name=st.text(),
    raw=st.none() | st.text(),
    arguments=st.none() | OBJECTS,
    defects=st.lists(st.sampled_from(Defect)).map(tuple),
)
TURNS = st.builds(
    Turn,
    text=st.none() | st.text(),
    calls=st.lists(CALLS, max_size=2).map(tuple),
    stop=st.sampled_from(Stop),
    usage=st.builds(Usage, input=st.none() | st.integers(), output=st.none() | st.integers()),
    wire=st.none() | OBJECTS,
)
MESSAGES = st.one_of(
    st.builds(Prompt, role=st.sampled_from(["system", "user"]), text=st.text()),
    TURNS,
    st.builds(ToolResult, call_id=st.text(), name=st.text(), content=JSON, is_error=st.booleans()),
)
TRANSCRIPTS = st.builds(
    Transcript,
    suite=st.text(),
    case=st.text(),
    provider=st.text(),
    model=st.text(),
    trial=st.integers(0, 9),
    given=st.lists(MESSAGES, max_size=2).map(tuple),
    messages=st.lists(MESSAGES, max_size=3).map(tuple),
    exchanges=st.lists(st.builds(Exchange, latency_s=st.none() | st.floats(0, 9))).map(tuple),
    trouble=st.none()
    | st.builds(Trouble, stop=st.sampled_from(Stop), error=st.text(), what=st.text()),
)
VERDICTS = st.builds(
    Verdict,
    expectation=st.text(),
    status=st.sampled_from(Status),
    kind=st.none() | st.sampled_from(Kind),
    expected=JSON,
    actual=JSON,
)
RESULTS = st.builds(
    CaseResult,
    suite=st.text(),
    case=st.text(),
    provider=st.text(),
    model=st.text(),
    trial=st.integers(0, 9),
    tags=st.lists(st.text()).map(tuple),
    status=st.sampled_from(Status),
    verdicts=st.lists(VERDICTS, max_size=2).map(tuple),
    pairings=st.lists(
        st.builds(Pairing, expected=st.none() | st.text(), called=st.none() | st.text())
    ).map(tuple),
    expects_no_call=st.booleans(),
    transcript=TRANSCRIPTS,
)


def result(case="c", status=Status.PASSED, trial=0):
    return CaseResult(
        suite="s",
        case=case,
        provider="p",
        model="m",
        trial=trial,
        tags=(),
        status=status,
        verdicts=(),
        pairings=(),
        expects_no_call=False,
        transcript=Transcript(suite="s", case=case, provider="p", model="m", trial=trial),
    )


@given(RESULTS)
def test_a_result_survives_being_saved_and_read_back(saved):
    assert load(CaseResult, dump(saved)) == saved


def test_a_run_file_gives_back_its_header_its_results_and_its_end(tmp_path):
    path = tmp_path / "deep" / "run.jsonl"

    with RunWriter(path, HEADER) as writer:
        writer.add(result("a"))
        writer.add(result("b", Status.FAILED))
        writer.finish("2026-01-01T00:00:01+00:00")

    record = read_run(path)
    assert record.header == HEADER
    assert record.results == (result("a"), result("b", Status.FAILED))
    assert record.finished_at == "2026-01-01T00:00:01+00:00"


def test_a_torn_last_line_is_passed_over_and_the_run_counts_as_unfinished(tmp_path):
    path = tmp_path / "run.jsonl"
    with RunWriter(path, HEADER) as writer:
        writer.add(result("a"))
        writer.add(result("b"))

    path.write_bytes(path.read_bytes()[:-20])

    record = read_run(path)
    assert [r.case for r in record.results] == ["a"]
    assert record.finished_at is None


def test_the_later_of_two_results_for_the_same_trial_counts(tmp_path):
    path = tmp_path / "run.jsonl"

    with RunWriter(path, HEADER) as writer:
        writer.add(result("a", Status.ERRORED))
        writer.add(result("a", Status.PASSED))
        writer.add(result("a", Status.FAILED, trial=1))

    statuses = [(r.trial, r.status) for r in read_run(path).results]
    assert statuses == [(0, Status.PASSED), (1, Status.FAILED)]


def test_results_are_read_in_the_order_of_the_suite_whatever_order_they_came_in(tmp_path):
    path = tmp_path / "run.jsonl"
    places = {"a": "s.yaml:2:5", "b": "s.yaml:10:5", "c": "s.yaml:100:5"}

    with RunWriter(path, HEADER) as writer:
        for case in ("c", "a", "b"):
            writer.add(structs.replace(result(case), where=places[case]))

    assert [r.case for r in read_run(path).results] == ["a", "b", "c"]
    assert writer.record == read_run(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("", ":1:1: not a run file: it has no header", id="empty"),
        pytest.param("hello\n", ":1:1: not a JSON object", id="prose"),
        pytest.param("[1]\n", ":1:1: not a JSON object: expected an object, got list", id="list"),
        pytest.param(
            '{"evalkit": 99, "run": {}}\n',
            ":1:1: not a record of a run file: its format is 99, this version reads 1",
            id="another format",
        ),
    ],
)
def test_what_is_no_run_file_is_refused_at_its_line(tmp_path, text, complaint):
    path = tmp_path / "run.jsonl"
    path.write_text(text)

    with pytest.raises(InvalidRunFile) as refused:
        read_run(path)

    assert complaint in str(refused.value)


def test_a_damaged_result_is_told_with_its_line(tmp_path):
    path = tmp_path / "run.jsonl"
    with RunWriter(path, HEADER) as writer:
        writer.add(result("a"))
    path.write_text(path.read_text().replace('"passed"', '"perfect"'))

    with pytest.raises(InvalidRunFile) as refused:
        read_run(path)

    assert str(refused.value).startswith(f"{path}:2:1: not a record of a run file")


def test_a_missing_run_file_is_told_plainly(tmp_path):
    with pytest.raises(InvalidRunFile) as refused:
        read_run(tmp_path / "none.jsonl")

    assert "cannot be read: No such file or directory" in str(refused.value)


def test_a_run_file_that_cannot_be_written_is_told_before_anything_is_asked(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(EvalkitError) as refused, RunWriter(tmp_path / "file" / "run", HEADER):
        pass

    assert refused.value.hint == "name another file with --output"


def test_a_full_disk_is_told_with_the_way_to_go_on():
    from pathlib import Path

    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")

    with pytest.raises(EvalkitError) as refused, RunWriter(full, HEADER):
        pass

    assert "No space left on device" in str(refused.value)


def test_run_files_are_told_from_other_json_lines(tmp_path):
    ours, other = tmp_path / "ours", tmp_path / "other"
    with RunWriter(ours, HEADER):
        pass
    other.write_text('{"case": "a"}\n')

    assert is_run_file(ours)
    assert not is_run_file(other)


def test_every_field_of_a_result_is_documented():
    from pathlib import Path

    page = Path(__file__).parents[3].joinpath("docs/run-files.md").read_text()

    missing = [name for name in CaseResult.__struct_fields__ if f"`{name}`" not in page]

    assert missing == []


def test_a_remembered_line_is_never_that_of_another_value():
    for number in range(1000):  # each text takes the place in memory of one before it
        assert json.loads(encode(f"text {number}")) == f"text {number}"
