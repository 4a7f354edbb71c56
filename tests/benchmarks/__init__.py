"""Benchmarks that anyone can run again: ``make bench``, or ``python -m tests.benchmarks NAME``."""
