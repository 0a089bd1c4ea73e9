import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.schemas import BadSchema, SchemaError, compile_schema, json_path

ORDER = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^A[0-9]{4}$"},
        "lines": {"type": "array", "items": {"type": "object", "required": ["sku"]}},
    },
    "required": ["id"],
    "additionalProperties": False,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_a_valid_value_has_no_errors():
    schema = compile_schema(ORDER)

    assert schema.accepts({"id": "A8472"})
    assert schema.errors({"id": "A8472"}) == ()


def test_each_violation_is_told_with_its_path_and_its_keyword():
    errors = compile_schema(ORDER).errors({"id": "8472", "lines": [{}], "x": 1})

    assert {(error.path, error.keyword) for error in errors} == {
        ("$.id", "pattern"),
        ("$.lines[0]", "required"),
        ("$", "additionalProperties"),
    }


def test_a_missing_argument_is_told_by_its_name():
    assert compile_schema(ORDER).errors({}) == (
        SchemaError(path="$", reason='"id" is a required property', keyword="required"),
    )


@pytest.mark.parametrize(
    ("schema", "complaint", "hint"),
    [
        pytest.param(
            {"$ref": "http://127.0.0.1:9/schema"},
            "the $ref 'http://127.0.0.1:9/schema' is not fetched",
            "put what it refers to under $defs",
            id="over the network",
        ),
        pytest.param(
            {"$ref": "file:///etc/passwd"},
            "the $ref 'file:///etc/passwd' is not fetched",
            "put what it refers to under $defs",
            id="from a file",
        ),
        pytest.param(
            {"properties": {"a": {"pattern": "^(?=a)b"}}},
            "the pattern '^(?=a)b' cannot be used",
            "patterns know no look-around and no back-reference",
            id="a pattern that needs backtracking",
        ),
        pytest.param(
            {"type": "int"},
            "no JSON Schema: there is no type 'int'",
            "did you mean 'integer'?",
            id="no such type",
        ),
        pytest.param([], "a JSON Schema is a mapping, got list", None, id="a list"),
    ],
)
def test_a_schema_that_cannot_be_trusted_is_refused(schema, complaint, hint):
    with pytest.raises(BadSchema) as refused:
        compile_schema(schema)

    assert (str(refused.value), refused.value.hint) == (complaint, hint)


def test_a_schema_nested_without_end_is_refused_instead_of_crashing():
    schema = {}
    for _ in range(5000):
        schema = {"properties": {"a": schema}}

    with pytest.raises(BadSchema):
        compile_schema(schema)


def test_a_schema_that_refers_to_itself_ends():
    assert compile_schema({"$ref": "#"}).errors(1) == ()


def test_a_pattern_that_would_explode_by_backtracking_takes_no_time():
    schema = compile_schema({"type": "string", "pattern": "^(a+)+$"})

    assert not schema.accepts("a" * 100_000 + "b")


@given(JSON)
def test_no_value_makes_the_check_raise(value):
    errors = compile_schema(ORDER).errors(value)

    assert all(error.path.startswith("$") for error in errors)


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ([], "$"),
        (["a", 0, "b"], "$.a[0].b"),
        (["a b", "c"], "$['a b'].c"),
    ],
)
def test_paths_are_written_as_json_path(steps, path):
    assert json_path(steps) == path
