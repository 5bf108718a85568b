"""Requests from outside that sign themselves: looked at, remembered, and made into runs."""
