"""What the database says of its tables and columns."""
