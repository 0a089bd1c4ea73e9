"""The quantile of the beta distribution, which the exact binomial interval needs."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_STEPS = 200
"""Halvings of the unit interval; floats run out after about 60 near 1, later near 0."""
_TERMS = 10_000
_TINY = 1e-300
_CLOSE = 1e-16


def beta_quantile(share: float, a: float, b: float) -> float:
    """Return the x below which `share` of the beta distribution lies."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _incomplete_beta(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function by its continued fraction.

    W. J. Lentz (1976), "Generating Bessel functions in Mie scattering calculations using
    continued fractions", Appl. Opt. 15, 668-671; the fraction is DLMF 8.17.22.
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    value, numerator, denominator = 1.0, 1.0, 0.0
    for term in range(1, _TERMS):
        step = _coefficient(term, x, a, b)
        denominator = 1 / (1 + step * denominator or _TINY)
        numerator = 1 + step / numerator or _TINY
        change = numerator * denominator
        value *= change
        if abs(change - 1) < _CLOSE:
            break
    return value


def _coefficient(term: int, x: float, a: float, b: float) -> float:
    half, is_odd = divmod(term, 2)
    if is_odd:
        return -(a + half) * (a + b + half) * x / ((a + term - 1) * (a + term))
    return half * (b - half) * x / ((a + term - 1) * (a + term))
