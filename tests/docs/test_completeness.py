"""What there is has a place in the documentation, and what the documentation names is there."""

from __future__ import annotations

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection

from django_schemapatterns.conf import Settings
from django_schemapatterns.models import AuditLog
from tests.docs.markdown import DOCS, PAGES, PROJECT, headings

PACKAGE = PROJECT / "django_schemapatterns"
FRONT_DOORS = [
    "appsettings",
    "models",
    "constraints",
    "database",
    "fields",
    "indexes",
    "attributes",
    "search",
    "audit",
    "encryption",
    "context",
    "middleware",
    "forms",
    "rest_framework",
    "admin",
    "operations",
    "partitions",
]
DESCRIBED_IN_SQL = ["schema", "audit"]


def test_every_check_has_a_section_and_every_section_a_check() -> None:
    code = "".join(file.read_text() for file in PACKAGE.rglob("*.py"))

    sections = {each for each in headings(DOCS / "checks.md") if each.startswith("schemapatterns.")}

    assert sections == set(re.findall(r"\bschemapatterns\.[EIW]\d{3}\b", code))


def test_every_setting_has_a_section_with_its_default_and_every_section_a_setting() -> None:
    page = (DOCS / "settings.md").read_text()
    documented = re.findall(r"^## (\w+)\n\nDefault: `(.+?)`\.", page, re.MULTILINE)

    assert dict(documented) == {option.name.upper(): repr(option.default) for option in fields(Settings)}


def test_every_column_of_the_log_is_described() -> None:
    page = (DOCS / "reference" / "audit-log.md").read_text()
    documented = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))

    columns = {field.name for field in AuditLog._meta.get_fields()}

    assert columns <= documented


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", DESCRIBED_IN_SQL)
def test_every_function_of_a_pattern_is_described_with_its_arguments(pattern: str) -> None:
    page = (DOCS / "reference" / "sql.md").read_text()
    documented = set(re.findall(r"schemapatterns\.(\w+\([^)]*\))", page))
    names = [file.name.partition(".")[0] for file in (PACKAGE / pattern / "sql").glob("*.sql")]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname || '(' || pg_get_function_identity_arguments(oid) || ')' FROM pg_proc "
            "WHERE pronamespace = 'schemapatterns'::regnamespace AND proname = ANY (%s)",
            [names],
        )
        present = {re.sub(r"OUT [^,)]*(, )?", "", signature) for (signature,) in cursor.fetchall()}

    assert present <= documented


@pytest.mark.django_db
def test_every_function_that_is_described_is_there() -> None:
    page = (DOCS / "reference" / "sql.md").read_text()
    documented = set(re.findall(r"schemapatterns\.(\w+)\(", page))

    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'schemapatterns'::regnamespace")
        present = {name for (name,) in cursor.fetchall()}

    assert documented <= present


@pytest.mark.parametrize("module", FRONT_DOORS)
def test_every_public_name_is_in_the_reference(module: str) -> None:
    page = (DOCS / "reference" / "python.md").read_text()
    path = f"django_schemapatterns.{module}"

    missing = [name for name in import_module(path).__all__ if f"{path}.{name}\n" not in page]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)|^```\{image\} (\S+)$", page.read_text(), re.MULTILINE)
    paths = [(link or image).partition("#")[0] for link, image in targets]

    assert [path for path in paths if not (page.parent / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_to_sections_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)\s#]*)#([^)\s]+)\)", page.read_text())

    lost = [
        f"{path}#{anchor}"
        for path, anchor in links
        if anchor not in map(slug, headings(page.parent / path if path else page))
    ]

    assert lost == []


def slug(heading: str) -> str:
    """The anchor that GitHub and MyST give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
