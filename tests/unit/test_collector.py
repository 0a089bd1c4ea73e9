"""The collector is held off, and finds no work piled up afterwards."""

import gc

import pytest

from evalkit.collector import without_collector


@pytest.fixture(autouse=True)
def _as_it_was():
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.enable()
    gc.unfreeze()


def test_the_collector_is_off_inside_and_on_again_after_an_error():
    seen = []

    with pytest.raises(ZeroDivisionError), without_collector():
        seen.append(gc.isenabled() or 1 / 0)

    assert not seen
    assert gc.isenabled()


def test_whoever_holds_it_off_for_several_steps_decides_when_it_comes_back():
    with without_collector():
        with without_collector():
            pass

        assert not gc.isenabled()


def test_what_was_made_is_not_walked_at_once_when_the_collector_comes_back():
    gc.set_threshold(1_000_000)  # nothing is collected before it is looked at

    with without_collector():
        made = [[] for _ in range(10_000)]

    young = {id(each) for each in gc.get_objects(generation=0)}
    assert not young & {id(each) for each in made}


def test_objects_that_somebody_froze_stay_frozen():
    gc.freeze()
    frozen = gc.get_freeze_count()

    with without_collector():
        pass

    assert gc.get_freeze_count() == frozen > 0
