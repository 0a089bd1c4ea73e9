"""Counts of tokens, corrected by what providers reported for requests that were recorded."""

from evalkit.calibration._calibrate import FEWEST, Calibration, calibrate
from evalkit.calibration._read import read_requests
from evalkit.calibration._request import Reported

__all__ = ["FEWEST", "Calibration", "Reported", "calibrate", "read_requests"]
