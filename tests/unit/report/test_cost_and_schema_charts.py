from __future__ import annotations

import pytest
from msgspec.structs import replace
from shop_run import shop_run

from evalkit.cost import Basis
from evalkit.measures import pareto_front, summarise
from evalkit.report._cost_chart import cost_picture
from evalkit.report._schema_share import schema_shares

RECORD = shop_run()


def summaries(*costs):
    """The providers of the shop, at these prices for a conversation."""
    found = summarise(RECORD.results)
    return tuple(
        replace(s, cost=replace(s.cost, per_case_usd=cost, priced=1, unpriced=0))
        for s, cost in zip(found, costs, strict=True)
    )


def picture(*costs):
    measured = summaries(*costs)
    return cost_picture(pareto_front(measured), measured)


def test_providers_stand_by_rising_cost_and_the_front_is_marked():
    found = picture(0.004, 0.002, 0.001)

    assert [(spot.provider, spot.is_best) for spot in found.spots] == [
        ("hasty", True),
        ("careful-anthropic", True),
        ("careful", False),
    ]
    assert [spot.usd for spot in found.spots] == [1, 2, 4]


def test_twice_the_cost_is_as_far_wherever_it_is():
    one, two, four = (spot.x for spot in picture(0.004, 0.002, 0.001).spots)

    assert two - one == pytest.approx(four - two)


def test_the_front_is_a_stair_to_the_edge():
    found = picture(0.004, 0.002, 0.001)
    cheap, better, _ = found.spots

    assert found.front == (
        (cheap.x, cheap.y, better.x, cheap.y),
        (better.x, cheap.y, better.x, better.y),
        (better.x, better.y, 1, better.y),
    )


def test_labels_of_near_neighbours_are_stacked():
    assert [spot.stack for spot in picture(0.0021, 0.002, 0.001).spots] == [0, 0, 1]


def test_what_costs_nothing_stands_at_an_edge_of_its_own():
    found = picture(0, 0.002, 0.001)

    assert found.across[0] == (found.spots[0].x, "$0")


@pytest.mark.parametrize("costs", [(0.002, 0.002, 0.002), (1e-6, 0.01, 10.0), (0, 0, 0)])
def test_every_spot_and_tick_is_inside_of_the_picture(costs):
    found = picture(*costs)

    places = [spot.x for spot in found.spots] + [place for place, _ in found.across]
    heights = [h for spot in found.spots for h in (spot.y, spot.top, spot.bottom)]
    assert all(0 <= place <= 1 for place in places + heights)
    assert 1 <= len(found.across) <= 9


def test_a_provider_without_a_price_is_named_beside_the_picture():
    measured = summarise(RECORD.results)

    found = cost_picture(pareto_front(measured), measured)

    assert found.unplaced == ("careful-anthropic",)


def test_a_single_price_makes_no_picture():
    measured = summarise([r for r in RECORD.results if r.provider != "careful"])

    assert cost_picture(pareto_front(measured), measured) is None


def test_the_tools_of_every_request_are_held_against_all_that_was_read():
    shares = {share.provider: share for share in schema_shares(RECORD)}

    read = sum(
        turn.usage.input or 0
        for result in RECORD.results
        if result.provider == "hasty"
        for turn in result.transcript.turns
    )
    assert shares["hasty"].input_tokens == read
    assert 0 < shares["hasty"].share <= 1
    assert shares["hasty"].basis is Basis.UNKNOWN


def test_a_suite_without_tools_has_no_share_of_them():
    header = replace(RECORD.header, suites=())

    shares = schema_shares(replace(RECORD, header=header))

    assert {share.share for share in shares} == {0}


def test_who_reported_nothing_is_left_out():
    assert schema_shares(replace(RECORD, results=())) == ()
