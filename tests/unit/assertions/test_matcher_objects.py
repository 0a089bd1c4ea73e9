from datetime import UTC, date, datetime

import pytest

from evalkit import assertions
from evalkit.assertions import (
    Absent,
    AllOf,
    Any_,
    Approx,
    Contains,
    Date,
    Equals,
    Gt,
    Gte,
    Items,
    Json,
    Length,
    Lt,
    Lte,
    Not,
    OneOf,
    Optional_,
    Range,
    Regex,
    Result,
    Schema,
    Search,
    Subset,
    Text,
    Type,
    Unordered,
    ValueMatcher,
    assert_calls,
)
from evalkit.errors import UsageError
from evalkit.matchers import MATCHER_NAMES

AS_WRITTEN = [
    (Any_(), {"$any": True}),
    (Absent(), {"$absent": True}),
    (Optional_("celsius"), {"$optional": "celsius"}),
    (Equals({"$gt": 5}), {"$equals": {"$gt": 5}}),
    (Not("deleted"), {"$not": "deleted"}),
    (OneOf("Paris", Text("new york")), {"$one_of": ["Paris", {"$text": "new york"}]}),
    (AllOf(Gt(0), Not(13)), {"$all_of": [{"$gt": 0}, {"$not": 13}]}),
    (Regex(r"A\d{4}"), {"$regex": r"A\d{4}"}),
    (Search("(?i)too small"), {"$search": "(?i)too small"}),
    (Text("New York"), {"$text": "New York"}),
    (Contains("late", "damaged"), {"$contains": ["late", "damaged"]}),
    (Date(), {"$date": True}),
    (Date("2026-01-31"), {"$date": "2026-01-31"}),
    (Date(date(2026, 1, 31)), {"$date": "2026-01-31"}),
    (
        Date.between(date(2026, 1, 1), "2026-12-31"),
        {"$date": {"from": "2026-01-01", "to": "2026-12-31"}},
    ),
    (Json({"amount": Gt(0)}), {"$json": {"amount": {"$gt": 0}}}),
    (Range(1, None), {"$range": [1, None]}),
    (Gt(0), {"$gt": 0}),
    (Gte(1), {"$gte": 1}),
    (Lt(1), {"$lt": 1}),
    (Lte(0.5), {"$lte": 0.5}),
    (Approx(0.1667), {"$approx": 0.1667}),
    (Approx(47, within=0.5), {"$approx": {"value": 47, "within": 0.5}}),
    (Type("string", "null"), {"$type": ["string", "null"]}),
    (Schema({"type": "object"}), {"$schema": {"type": "object"}}),
    (Length(6), {"$length": 6}),
    (Length(Lte(3)), {"$length": {"$lte": 3}}),
    (Items(Regex("A.*")), {"$items": {"$regex": "A.*"}}),
    (Unordered("Paris", "Oslo"), {"$unordered": ["Paris", "Oslo"]}),
    (Subset({"city": "Oslo"}), {"$subset": {"city": "Oslo"}}),
    (Subset(["A8472"]), {"$subset": ["A8472"]}),
    (Result("get_user.id"), {"$result": "get_user.id"}),
]


@pytest.mark.parametrize(("matcher", "source"), AS_WRITTEN, ids=str)
def test_a_matcher_is_the_one_that_suites_write(matcher, source):
    assert matcher.source == source


def test_every_matcher_of_the_suite_language_is_there_but_python():
    offered = {name for matcher, _ in AS_WRITTEN for name in matcher.source}

    assert offered == MATCHER_NAMES - {"$python"}


def test_every_matcher_that_is_offered_is_in_the_table():
    classes = {
        one
        for one in vars(assertions).values()
        if isinstance(one, type) and issubclass(one, ValueMatcher) and one is not ValueMatcher
    }

    assert classes == {type(matcher) for matcher, _ in AS_WRITTEN}


def test_a_matcher_of_an_installed_package_goes_by_its_name():
    with pytest.raises(UsageError, match=r"unknown matcher '\$phone'"):
        ValueMatcher("$phone", "DE")


def test_a_matcher_shows_itself_as_it_was_written():
    assert repr(OneOf("a", 2)) == "OneOf(['a', 2])"


@pytest.mark.parametrize(
    ("attempt", "what"),
    [
        pytest.param(lambda: Regex("("), "$regex: missing ): (", id="a broken pattern"),
        pytest.param(lambda: Regex(".*"), "/.*/ matches every text", id="a pattern of everything"),
        pytest.param(OneOf, "$one_of takes 1 to 500 entries, got 0", id="no alternative"),
        pytest.param(lambda: Type("text"), "$type 'text' is no type of JSON", id="no type"),
    ],
)
def test_a_matcher_that_cannot_work_is_refused_where_it_is_made(attempt, what):
    with pytest.raises(UsageError) as refused:
        attempt()

    assert refused.value.what == what


def test_a_value_that_no_call_can_hold_is_refused(chat):
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)

    with pytest.raises(UsageError, match="no call holds a datetime"):
        assert_calls(chat(("remind", {"at": "2026-01-31"})), remind={"at": noon})
