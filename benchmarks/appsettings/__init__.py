"""Settings that are read often."""
