"""Timings as ratios to a baseline measured in the same run: ``make bench``. Nothing here is asserted."""
