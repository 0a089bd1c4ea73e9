import pytest

from evalkit.matchers import BadPattern, compile_arguments, compile_pattern

BAD = [
    ({"$regx": "a"}, ("$regx",), "unknown matcher '$regx'", "did you mean '$regex'?"),
    ({"$gt": 1, "$lt": 2}, ("$gt",), "the matcher '$gt' must stand alone in its mapping", None),
    ({"a": {"$gt": 1, "b": 2}}, ("a", "$gt"), "the matcher '$gt' must stand alone", None),
    ({"$any": 1}, ("$any",), "$any takes no operand but true", "write {$any: true}"),
    ({"$absent": False}, ("$absent",), "$absent takes no operand but true", None),
    ({"$not": None}, ("$not",), "$not needs a pattern", None),
    ({"$not": {"$any": True}}, ("$not",), "$not of what accepts everything", None),
    ({"$one_of": []}, ("$one_of",), "$one_of takes 1 to 500 entries, got 0", None),
    ({"$one_of": "x"}, ("$one_of",), "$one_of takes a list, got the text 'x'", None),
    ({"$one_of": [1, {"$gt": "x"}]}, ("$one_of", 1, "$gt"), "$gt takes a number", None),
    ({"$one_of": [{"$optional": 1}]}, ("$one_of", 0), "$optional can stand only under a key", None),
    ([1, {"$absent": True}], (1,), "$absent can stand only under a key", None),
    ({"$optional": {"$optional": 1}}, ("$optional",), "$optional can stand only", None),
    ({"$regex": 5}, ("$regex",), "$regex takes a pattern, got the number 5", None),
    ({"$regex": "(a"}, ("$regex",), "$regex: missing ): (a", "the syntax is RE2's"),
    ({"$regex": ".*"}, ("$regex",), "/.*/ matches every text", "write {$type: string}"),
    ({"$search": "x*"}, ("$search",), "/x*/ is found in every text", "write {$type: string}"),
    ({"$search": "(?=a)"}, ("$search",), "$search: invalid perl operator: (?=", None),
    ({"$text": "?!"}, ("$text",), "$text needs a letter or a digit", None),
    ({"$contains": ""}, ("$contains",), "every text contains the empty text", None),
    ({"$range": [5, 1]}, ("$range",), "$range from 5 to 1 holds no number", None),
    ({"$range": [None, None]}, ("$range",), "$range without a bound", None),
    ({"$range": [True, 2]}, ("$range",), "$range takes two numbers", None),
    ({"$approx": {"value": 1}}, ("$approx",), "$approx takes a number", None),
    ({"$approx": {"value": 1, "within": 0}}, ("$approx",), "$approx takes a number", None),
    ({"$type": "text"}, ("$type",), "$type 'text' is no type of JSON", None),
    ({"$type": []}, ("$type",), "$type of an empty list", None),
    ({"$schema": {}}, ("$schema",), "$schema takes a JSON Schema", None),
    ({"$schema": {"type": "int"}}, ("$schema", "type"), "$schema: ", None),
    ({"$length": "x"}, ("$length",), "$length takes a number or a matcher", None),
    ({"$unordered": []}, ("$unordered",), "$unordered takes 1 to 500 entries", None),
    ({"$unordered": [0] * 501}, ("$unordered",), "$unordered takes 1 to 500 entries", None),
    ({"$subset": {}}, ("$subset",), "$subset takes a mapping or a list", None),
    ({"$subset": {"$gt": 1}}, ("$subset", "$gt"), "$subset takes keys with patterns", None),
    ({"$date": "soon"}, ("$date",), "$date takes a date such as 2026-01-31", None),
    ({"$date": {"since": "2026-01-01"}}, ("$date",), "$date takes a date, true, or", None),
    ({"$result": "get_user."}, ("$result",), "$result takes a tool and a path", None),
    ({"$python": "os.system"}, ("$python",), "$python takes a function", "write module:function"),
]


@pytest.mark.parametrize(("pattern", "path", "what", "hint"), BAD, ids=str)
def test_an_operand_of_no_use_is_refused_at_its_place(pattern, path, what, hint):
    with pytest.raises(BadPattern) as refused:
        compile_pattern(pattern)

    assert refused.value.path == path
    assert refused.value.what.startswith(what)
    assert hint is None or refused.value.hint == hint


def test_arguments_cannot_be_a_matcher():
    with pytest.raises(BadPattern) as refused:
        compile_arguments({"$any": True})

    assert refused.value.path == ("$any",)
    assert refused.value.what == "the arguments of a call cannot be the matcher '$any'"
