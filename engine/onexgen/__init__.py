"""onexgen: rules and templates as data, a small engine that runs them, every decision explained."""

__version__ = "0.1.0"
