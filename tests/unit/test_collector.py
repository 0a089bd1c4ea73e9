"""The collector is held off, and finds no work piled up afterwards."""

import gc

import pytest

from evalkit.collector import without_collector


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    gc.enable()
    gc.unfreeze()


def test_the_collector_is_off_inside_and_on_again_after_an_error():
    with pytest.raises(ValueError, match="stop"), without_collector():
        assert not gc.isenabled()
        raise ValueError("stop")

    assert gc.isenabled()


def test_whoever_holds_it_off_for_several_steps_decides_when_it_comes_back():
    with without_collector():
        with without_collector():
            pass

        assert not gc.isenabled()


def test_what_was_made_is_not_walked_at_once_when_the_collector_comes_back():
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
