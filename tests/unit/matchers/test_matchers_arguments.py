from evalkit.matchers import Context, compile_arguments, compile_pattern
from evalkit.results import Kind


def kinds(pattern, arguments, *, extra=False, context=None):
    compiled = compile_arguments(pattern, extra=extra)
    found = compiled.match(arguments, context or Context())
    return [(each.path, each.kind) for each in found]


def test_every_wrong_missing_and_invented_argument_is_named_at_once():
    pattern = {"city": "Oslo", "days": 3, "unit": {"$optional": "celsius"}}

    found = kinds(pattern, {"city": "Rome", "unit": "kelvin", "mood": "good"})

    assert found == [
        ("$.city", Kind.WRONG_ARGUMENT),
        ("$.days", Kind.MISSING_ARGUMENT),
        ("$.unit", Kind.WRONG_ARGUMENT),
        ("$.mood", Kind.INVENTED_ARGUMENT),
    ]


def test_extra_arguments_are_allowed_where_the_suite_says_so():
    assert kinds({"city": "Oslo"}, {"city": "Oslo", "mood": "good"}, extra=True) == []


def test_extra_arguments_do_not_loosen_a_mapping_inside_an_argument():
    found = kinds({"place": {"city": "Oslo"}}, {"place": {"city": "Oslo", "x": 1}}, extra=True)

    assert found == [("$.place.x", Kind.INVENTED_ARGUMENT)]


def test_an_argument_that_must_be_absent_is_refused_even_where_extra_ones_are_allowed():
    found = kinds({"pineapple": {"$absent": True}}, {"pineapple": True}, extra=True)

    assert found == [("$.pineapple", Kind.INVENTED_ARGUMENT)]


def test_an_argument_that_no_result_held_is_ungrounded():
    context = Context(results=(("get_user", {"id": 7}),))

    found = kinds({"user": {"$result": "get_user.id"}}, {"user": 8}, context=context)

    assert found == [("$.user", Kind.UNGROUNDED_ARGUMENT)]


def test_patterns_keep_what_the_suite_wrote():
    source = {"city": {"$one_of": ["Oslo", "Rome"]}}

    assert compile_arguments(source).source == source


def test_a_pattern_says_whether_its_key_may_or_must_be_missing():
    patterns = [{"$optional": 1}, {"$absent": True}, 1]

    marks = [(p.is_optional, p.is_absent) for p in map(compile_pattern, patterns)]

    assert marks == [(True, False), (False, True), (False, False)]


def test_a_pattern_that_proves_nothing_is_marked():
    proves_nothing = [
        {"$any": True},
        {"$optional": {"$any": True}},
        {"$one_of": ["a", {"$any": True}]},
        {"$all_of": [{"$any": True}]},
    ]

    assert all(compile_pattern(each).accepts_all for each in proves_nothing)
    assert not compile_pattern({"$all_of": [{"$any": True}, "a"]}).accepts_all


def test_only_a_few_of_many_alternatives_are_listed():
    mismatch = compile_pattern({"$one_of": list(range(14))}).match(99)

    assert mismatch.reason == (
        "expected 0 or 1 or 2 or 3 or 4 or 5 or 6 or 7 or 8 or 9 or one of 4 more, got 99"
    )
