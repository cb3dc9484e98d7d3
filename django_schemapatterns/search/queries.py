"""What people type, as a query that PostgreSQL understands; whatever it is, it is no error."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres import search

# As long as a word can be, in characters of up to four bytes, before PostgreSQL refuses it.
LONGEST: Final = 500


def cleaned(text: str) -> str:
    """Return what can be looked for: valid characters, of more than a few hundred the first ones."""
    valid = str(text).encode(errors="ignore").decode()
    return " ".join(valid.replace("\0", " ")[:LONGEST].split())


class WrittenQuery(search.SearchQuery):
    """A query in the language of PostgreSQL, whose words are looked for as they are written."""

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return f"{sql}::tsquery", params


def query_for(field: Any, text: str, *, prefix: bool) -> Any:
    """
    Return the query for what the column of a field holds.

    The beginnings of words are looked for as the parser sees them, and as they are written: of an incomplete
    address the parser makes several words.
    """
    if not prefix:
        return search.SearchQuery(text, config=field.config, search_type="websearch")
    parsed = search.SearchQuery(_quoted(text), config=field.configs[-1], search_type="raw")
    return parsed | WrittenQuery(_quoted(text.lower()))


def _quoted(text: str) -> str:
    """Return the beginnings of words that must all be there; what is quoted is no operator."""
    words = (word.replace("\\", "\\\\").replace("'", "''") for word in text.split())
    return " & ".join(f"'{word}':*" for word in words)
