import pytest

from evalkit.measures import failed_cases
from evalkit.results import CaseResult, Status
from evalkit.transcript import Transcript

P, F, E, S = Status.PASSED, Status.FAILED, Status.ERRORED, Status.SKIPPED


def trials(*statuses, pass_rate=1.0, case="c"):
    return [
        CaseResult(
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
            pass_rate=pass_rate,
        )
        for trial, status in enumerate(statuses)
    ]


@pytest.mark.parametrize(
    ("results", "is_failed"),
    [
        pytest.param(trials(P), False, id="one that passed"),
        pytest.param(trials(F), True, id="one that failed"),
        pytest.param(trials(P, P, F), True, id="all must pass by default"),
        pytest.param(trials(P, P, P, P, F, pass_rate=0.8), False, id="just enough"),
        pytest.param(trials(P, P, P, F, F, pass_rate=0.8), True, id="one too few"),
        pytest.param(trials(P, E, pass_rate=1.0), False, id="an errored trial is no failure"),
        pytest.param(trials(E), False, id="nothing was judged"),
        pytest.param(trials(S), False, id="skipped"),
    ],
)
def test_a_case_fails_where_too_few_of_its_trials_pass(results, is_failed):
    assert bool(failed_cases(results)) is is_failed


def test_the_trials_of_one_case_do_not_help_another():
    results = trials(P, P, case="a") + trials(F, case="b")

    assert failed_cases(results) == {("p", "s", "b")}
