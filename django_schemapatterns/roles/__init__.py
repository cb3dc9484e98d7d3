"""Roles of the database: who owns the tables, who may do what with them, and whether the catalog agrees."""
