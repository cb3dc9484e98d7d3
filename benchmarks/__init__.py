"""Comparisons with the peers, for everybody to run: python -m benchmarks audit."""
