"""Row security: which rows of a table whoever acts may see and change, kept by PostgreSQL's policies."""
