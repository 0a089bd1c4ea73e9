from hypothesis import given
from hypothesis import strategies as st

from evalkit.tools._bucket import Bucket


def test_a_bucket_lets_its_calls_through_at_once_and_refills_evenly():
    bucket = Bucket(2, per_s=10)

    waits = [bucket.take(now_s) for now_s in (0, 0, 0, 5, 5, 100, 100, 100)]

    assert waits == [0, 0, 5, 0, 5, 0, 0, 5]


@given(
    st.integers(1, 5),
    st.floats(0.1, 20),
    st.lists(st.floats(0, 3), max_size=60),
)
def test_a_bucket_never_lets_more_through_than_it_holds_and_refills(calls, per_s, pauses):
    bucket, now_s, let_through = Bucket(calls, per_s), 0.0, 0
    for pause in pauses:
        now_s += pause
        let_through += bucket.take(now_s) == 0

    assert let_through <= calls + now_s * calls / per_s + 1e-6


@given(st.integers(1, 5), st.floats(0.1, 20), st.floats(0, 3))
def test_a_call_that_waits_as_long_as_it_was_told_is_let_through(calls, per_s, now_s):
    bucket = Bucket(calls, per_s)
    waits = [bucket.take(now_s) for _ in range(calls + 1)]

    assert waits[-1] > 0
    assert bucket.take(now_s + waits[-1] + 1e-9) == 0
