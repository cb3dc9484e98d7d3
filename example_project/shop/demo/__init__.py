"""A shop full of realistic data, and one busy day in it."""
