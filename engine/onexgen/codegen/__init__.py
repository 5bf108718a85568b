"""The specification's Python API, and its command."""
