"""Counts, durations and quality of runs, from what the bus tells of them."""
