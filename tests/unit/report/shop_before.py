"""An earlier run of the shop: what it passed and failed differs from `shop_run` in four cases."""

from __future__ import annotations

from msgspec.structs import replace
from shop_run import shop_run

from evalkit.baseline import compare_runs, scan_run
from evalkit.runfile import RunWriter

BROKEN = ("refunds", "lower-case-id")
FIXED = ("refunds", "order-status")


def shop_before():
    """Hasty was right in `BROKEN` and wrong in `FIXED`; `hello` was not asked, `goodbye` was."""
    record = shop_run()
    right = _result(record, *BROKEN, "careful")
    wrong = _result(record, *BROKEN, "hasty")
    results = []
    for result in record.results:
        key = (result.suite, result.case)
        if result.case == "hello":
            results.append(replace(result, case="goodbye"))
        elif result.provider == "hasty" and key == BROKEN:
            results.append(replace(right, provider="hasty", model=result.model))
        elif result.provider == "hasty" and key == FIXED:
            results.append(replace(wrong, case=FIXED[1], transcript=result.transcript))
        else:
            results.append(result)
    header = replace(record.header, started_at="2026-11-18T09:12:44Z", commit="3f0c1aa")
    return replace(record, header=header, results=tuple(results))


def _result(record, suite, case, provider):
    (found,) = [
        r for r in record.results if (r.suite, r.case, r.provider) == (suite, case, provider)
    ]
    return found


def compared(folder):
    """Compare `shop_run` with what it was before."""
    paths = [
        written(folder / "base.jsonl", shop_before()),
        written(folder / "head.jsonl", shop_run()),
    ]
    return compare_runs(*map(scan_run, paths))


def written(path, record):
    with RunWriter(path, record.header, record.results) as writer:
        writer.finish(record.finished_at or "2026-11-18T09:13:00Z")
    return path
