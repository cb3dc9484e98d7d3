"""Columns whose type keeps its own rules: domains and enums."""
