"""Where each provider stands among the others: its rank, and whether it is worth its price."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.measures import FrontPoint, Rank, Standing
from evalkit.report._figures import NOT_APPLICABLE
from evalkit.report._table import Figure, Row, Section
from evalkit.report._visible import one_line

_NAME = 40


def stand(ranks: Sequence[Rank], front: Sequence[FrontPoint]) -> tuple[Section, ...]:
    """Lay out both, with the columns of `front`; nothing where no two providers were judged."""
    if len(ranks) < 2:  # noqa: PLR2004 - a single provider is first of one
        return ()
    places = {rank.provider: rank for rank in ranks}
    rows = (
        Row(
            label="Rank",
            meaning="One more than the providers that are better beyond chance (McNemar's exact "
            "test, Holm), and the places that chance leaves open",
            figures=tuple(_place(places.get(point.provider)) for point in front),
        ),
        Row(
            label="Pareto front",
            meaning="On it, where no provider of known cost is at least as accurate and no dearer",
            figures=tuple(_standing(point) for point in front),
        ),
    )
    return (Section(title="Standing", rows=rows),)


def _place(rank: Rank | None) -> Figure:
    if rank is None:
        return Figure(text=NOT_APPLICABLE)
    if not rank.is_tied:
        return Figure(text=f"{rank.best}")
    return Figure(text=f"{rank.best} tied", note=f"{rank.best} to {rank.worst}")


def _standing(point: FrontPoint) -> Figure:
    if point.standing is Standing.UNKNOWN:
        note = "nothing judged" if point.accuracy is None else "a price is missing"
        return Figure(text=point.standing, note=note)
    names = [one_line(name, _NAME) for name in point.beaten_by]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Figure(text=point.standing, note=f"beaten by {names[0]}{more}" if names else "")
