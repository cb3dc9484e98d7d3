"""What it costs to encrypt a column."""
