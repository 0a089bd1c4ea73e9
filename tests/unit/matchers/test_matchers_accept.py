import pytest

from evalkit.matchers import Context, compile_pattern

GET_USER = Context(
    results=(
        ("get_user", {"id": 6, "name": "Kim"}),
        ("get_user", {"id": 7, "orders": [{"id": "A1"}, {"id": "A2"}]}),
        ("ping", "pong"),
    )
)

ACCEPTED = [
    ("Paris", "Paris"),
    (5, 5.0),
    (5.0, 5),
    (True, True),
    (None, None),
    ([1, "a"], [1.0, "a"]),
    ([], []),
    ({}, {}),
    ({"a": {"b": {"$gt": 3}}}, {"a": {"b": 4}}),
    ({"a": 1, "b": {"$optional": 2}}, {"a": 1}),
    ({"a": 1, "b": {"$absent": True}}, {"a": 1}),
    ({"$any": True}, None),
    ({"$optional": 2}, 2),
    ({"$equals": {"$gt": 1}}, {"$gt": 1}),
    ({"$regex": r"A\d{4}"}, "A8472"),
    ({"$search": "(?i)order"}, "your ORDER, please"),
    ({"$search": "a"}, "\ud800a"),
    ({"$one_of": ["Oslo", {"$text": "paris"}]}, "PARIS"),
    ({"$not": "Paris"}, "Oslo"),
    ({"$all_of": [{"$gt": 1}, {"$lt": 5}]}, 3),
    ({"$contains": "47"}, "USD 47.00"),
    ({"$contains": 47}, "USD 47.00"),
    ({"$contains": ["a", "b"]}, "ab"),
    ({"$contains": {"$gt": 2}}, [1, 3]),
    ({"$text": "New York"}, "new-york."),
    ({"$text": "C++"}, "c++"),
    ({"$range": [1, 10]}, 10),
    ({"$range": [None, 3]}, -1e300),
    ({"$range": [3, None]}, 3.0),
    ({"$gt": 1}, 1.5),
    ({"$gte": 1}, 1),
    ({"$lt": 1}, 0),
    ({"$lte": 1}, 1),
    ({"$approx": 100}, 101),
    ({"$approx": 0}, 0.005),
    ({"$approx": {"value": 47, "within": 0.5}}, 46.5),
    ({"$type": "integer"}, 5.0),
    ({"$type": "number"}, 5),
    ({"$type": "array"}, []),
    ({"$type": "object"}, {}),
    ({"$type": ["string", "null"]}, None),
    ({"$schema": {"type": "integer", "minimum": 3}}, 3),
    ({"$length": 3}, "abc"),
    ({"$length": {"$gte": 1}}, {"a": 1}),
    ({"$items": {"$type": "string"}}, []),
    ({"$unordered": [{"$gt": 0}, 1]}, [1, 2]),
    ({"$unordered": [{"$gt": 0}, 1]}, [2, 1]),
    ({"$subset": {"a": 1, "b": {"$optional": 2}}}, {"a": 1, "z": 9}),
    ({"$subset": [1, 2]}, [2, 3, 1]),
    ({"$date": "2026-01-31"}, "2026-01-31"),
    ({"$date": "2026-01-31"}, "2026/1/31"),
    ({"$date": "2026-01-31"}, "20260131"),
    ({"$date": "2026-01-31"}, "January 31st, 2026"),
    ({"$date": "2026-01-31"}, "31 Jan 2026"),
    ({"$date": "2026-01-31"}, "2026-01-31T23:59:00Z"),
    ({"$date": "2026-01-31T10:00:00+01:00"}, "2026-01-31T09:00:00Z"),
    ({"$date": {"from": "2026-01-01", "to": "2026-01-31"}}, "2026-01-31T10:00:00"),
    ({"$date": True}, "2026-02-28"),
    ({"$json": {"a": 1}}, '{"a": 1}'),
    ({"$result": "get_user.id"}, 6),
    ({"$result": "get_user.orders.id"}, "A2"),
    ({"$result": "get_user.orders.0.id"}, "A1"),
    ({"$result": "get_user"}, "Kim"),
    ({"$result": "ping"}, "pong"),
]

REFUSED = [
    ("Paris", "Parisx", "$", "expected 'Paris', got 'Parisx'"),
    ("Paris", "paris", "$", "expected 'Paris', got 'paris' (only upper and lower case differ)"),
    ("Paris", "Pa ris", "$", "expected 'Paris', got 'Pa ris' (only spaces differ)"),
    ("Paris", 5, "$", "expected the text 'Paris', got the number 5"),
    ("Paris", None, "$", "expected the text 'Paris', got null"),
    (5, "5", "$", "expected the number 5, got the text '5'"),
    (1, True, "$", "expected the number 1, got true"),
    (True, 1, "$", "expected true, got the number 1"),
    (None, False, "$", "expected null, got false"),
    ([1, 2], [2, 3], "$[0]", "expected 1, got 2"),
    ([1, 2], [2, 1], "$", "expected the order [1, 2], got [2, 1]; $unordered takes any"),
    ([1, 2], [1], "$", "expected 2 entries [1, 2], got 1 entry [1]"),
    ([1], "x", "$", "expected a list, got the text 'x'"),
    ({"a": 1}, [], "$", "expected an object, got the list []"),
    ({"a": {"b": {"$gt": 3}}}, {"a": {"b": 2}}, "$.a.b", "expected more than 3, got 2"),
    ({"a b": 1}, {"a b": 2}, '$["a b"]', "expected 1, got 2"),
    ({"a": 1}, {}, "$.a", "missing, expected 1"),
    ({"a": {"$any": True}}, {}, "$.a", "missing"),
    ({}, {"a": 1}, "$.a", "not expected at all, got 1"),
    ({"a": {"$absent": True}}, {"a": 1}, "$.a", "must not be there, got 1"),
    ({"a": {"$optional": 1}}, {"a": 2}, "$.a", "expected 1, got 2"),
    ({"$equals": {"$gt": 1}}, {"$gt": 2}, "$", 'expected {"$gt": 1}, got {"$gt": 2}'),
    ({"$regex": r"A\d{4}"}, "8472", "$", r"'8472' does not match /A\d{4}/"),
    (
        {"$regex": r"A\d{4}"},
        "order A8472",
        "$",
        r"only a part of 'order A8472' matches /A\d{4}/, not the whole",
    ),
    ({"$regex": "a"}, 5, "$", "expected text that matches /a/, got the number 5"),
    ({"$search": "order"}, "x", "$", "/order/ is not found in 'x'"),
    ({"$search": "order"}, None, "$", "expected text in which /order/ is found, got null"),
    ({"$one_of": ["Oslo", "Paris"]}, "Rome", "$", "expected 'Oslo' or 'Paris', got 'Rome'"),
    ({"$not": "Paris"}, "Paris", "$", "must not be 'Paris'"),
    ({"$not": {"$gt": 3}}, 4, "$", 'must not match {"$gt": 3}, got 4'),
    ({"$all_of": [{"$gt": 1}, {"$lt": 5}]}, 7, "$", "expected less than 5, got 7"),
    ({"$contains": "47"}, "free", "$", "'47' is not in 'free'"),
    ({"$contains": "B"}, "ab", "$", "'B' is not in 'ab' (only upper and lower case differ)"),
    ({"$contains": 4}, [1, 2], "$", "no entry matches 4, got [1, 2]"),
    ({"$contains": "a"}, 5, "$", "expected text or a list, got the number 5"),
    (
        {"$text": "New York"},
        "NYC",
        "$",
        "expected 'New York' (case, spaces and punctuation ignored), got 'NYC'",
    ),
    ({"$text": "5"}, 5, "$", "expected the text '5', got the number 5"),
    ({"$range": [1, 10]}, 11, "$", "expected a number from 1 to 10, got 11"),
    ({"$range": [None, 3]}, 4, "$", "expected a number at most 3, got 4"),
    ({"$range": [1, 10]}, "5", "$", "expected a number, got the text '5'"),
    ({"$gte": 1}, True, "$", "expected a number, got true"),
    ({"$approx": 100}, 102, "$", "expected 100 within 1.0, got 102"),
    ({"$type": "integer"}, 5.5, "$", "expected type integer, got the number 5.5"),
    ({"$type": "integer"}, True, "$", "expected type integer, got true"),
    (
        {"$schema": {"properties": {"a": {"type": "integer"}}}},
        {"a": "x"},
        "$",
        'against the schema at $.a: "x" is not of type "integer"',
    ),
    ({"$length": 3}, [1], "$", "length: expected 3, got 1; the value is [1]"),
    ({"$length": 3}, 5, "$", "expected text, a list or an object, got the number 5"),
    ({"$items": {"$type": "string"}}, ["a", 1], "$[1]", "expected type string, got the number 1"),
    (
        {"$unordered": [1, 1]},
        [1, 2],
        "$",
        "each entry that matches 1 is needed for another, got [1, 2]",
    ),
    ({"$unordered": [1, 2]}, [1], "$", "expected 2 entries [1, 2] in any order, got 1: [1]"),
    ({"$subset": {"a": 1}}, {"b": 1}, "$.a", "missing, expected 1"),
    ({"$subset": [1, 2]}, [1, 3], "$", "no entry matches 2, got [1, 3]"),
    (
        {"$date": "2026-01-31"},
        "01/02/2026",
        "$",
        (
            "expected the date 2026-01-31, got the text '01/02/2026',"
            " which does not tell day from month"
        ),
    ),
    (
        {"$date": "2026-01-31"},
        "2026-02-01",
        "$",
        "expected the date 2026-01-31, got '2026-02-01'",
    ),
    (
        {"$date": {"from": "2026-01-01"}},
        "2025-12-31",
        "$",
        "expected a date from '2026-01-01', got '2025-12-31'",
    ),
    ({"$date": True}, "2026-02-30", "$", "expected a date, got the text '2026-02-30'"),
    ({"$json": {"a": 1}}, '{"a": 2}', "$.a", "expected 1, got 2"),
    ({"$json": {"a": 1}}, "{a", "$", "expected text that holds JSON, got '{a'"),
    (
        {"$result": "get_user.id"},
        8,
        "$",
        "expected get_user.id of an earlier result, 6 or 7, got 8",
    ),
    ({"$result": "get_user.zip"}, 8, "$", "no result of get_user has zip, got 8"),
    ({"$result": "get_user"}, 8, "$", "expected a value from a result of get_user, got 8"),
    ({"$result": "get_team.id"}, 8, "$", "get_team gave no result before, got 8"),
]


@pytest.mark.parametrize(("pattern", "value"), ACCEPTED, ids=str)
def test_a_value_that_fits_is_accepted(pattern, value):
    compiled = compile_pattern(pattern)

    assert compiled.match(value, GET_USER) is None


@pytest.mark.parametrize(("pattern", "value", "path", "reason"), REFUSED, ids=str)
def test_a_value_that_does_not_fit_is_refused_with_a_place_and_a_reason(
    pattern, value, path, reason
):
    mismatch = compile_pattern(pattern).match(value, GET_USER)

    assert (mismatch.path, mismatch.reason) == (path, reason)
