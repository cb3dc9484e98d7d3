"""Soft delete: rows that disappear and can come back, kept by the database."""
