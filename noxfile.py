"""The checks of .ci/run, one by one, for people: nox -l lists them, nox -s lint runs one."""

from __future__ import annotations

import nox

nox.options.sessions = ["tests", "lint", "types"]
nox.needs_version = ">=2025.2.9"
nox.options.reuse_venv = "yes"

PYPROJECT = nox.project.load_toml("pyproject.toml")
DJANGOS_OF_PYTHONS = {"3.11": ["5.2"], "3.12": ["5.2", "6.1"], "3.13": ["5.2", "6.1"], "3.14": ["6.1"]}
CELLS = [
    nox.param(python, django, postgres, id=f"python{python}-django{django}-postgres{postgres}")
    for python, djangos in DJANGOS_OF_PYTHONS.items()
    for django in djangos
    for postgres in ("18", "15")
]


def install(session: nox.Session, group: str, *more: str) -> None:
    session.install("--editable", ".[demo]", *nox.project.dependency_groups(PYPROJECT, group), *more)


@nox.session
@nox.parametrize(("python", "django", "postgres"), CELLS)
def tests(session: nox.Session, django: str, postgres: str) -> None:
    """Run the tests on the embedded PostgreSQL 18 or on Debian's 15: nox -s tests -- tests/audit -k diff."""
    install(session, "test", f"Django~={django}.0")
    environment = {"SCHEMAPATTERNS_POSTGRES": "" if postgres == "18" else postgres}
    session.run("python", "-m", "tests", *session.posargs, env=environment)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, layers and that no migration is missing."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")
    check = ["python", "example_project/manage.py", "makemigrations", "--check", "--dry-run"]
    session.run("python", "-m", "example_project.postgres", *check, env={"SCHEMAPATTERNS_TESTING": "1"})


@nox.session
def types(session: nox.Session) -> None:
    """Check the types."""
    install(session, "lint")
    session.run("mypy", env={"SCHEMAPATTERNS_TESTING": "1"})
