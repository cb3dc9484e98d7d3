"""How a database object becomes a migration; knows no pattern."""
