"""Requests over a broker: topics, workers, history. Heavy imports stay in here."""
