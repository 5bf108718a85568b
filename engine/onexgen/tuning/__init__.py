"""Tools for those who write rules: examples, figures, lint, differences, fitting."""
