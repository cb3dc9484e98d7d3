"""Whole projects that search: there and back, squashed, without migrations, and by a role without rights."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.schema.test_projects import Project, project  # noqa: F401 - a fixture

pytestmark = pytest.mark.whole_project

MODELS = """
from django.db import models
from django_schemapatterns import fields, models as patterns


class Tree(patterns.SearchableModel):
    name = models.CharField(max_length={length})
    words = fields.SearchVectorField(["name"], config="{config}")
"""
FOUND = """
from garden.models import Tree
Tree.objects.get_or_create(name="Running oaks")
print(Tree.objects.search("run").count(), Tree.objects.search("running").count())
"""


def models(*, length: int = 20, config: str = "english") -> str:
    return MODELS.format(length=length, config=config)


@pytest.fixture
def owner(project: Project) -> Iterator[None]:  # noqa: F811
    """Let the project be migrated by the owner of its database, who is nobody special."""
    database = project.environment["NAME"]
    user = "{'USER': 'search_owner', 'PASSWORD': 'secret'}"
    settings = (project.folder / "project_settings.py").read_text()
    project.write("project_settings.py", f"{settings}\nDATABASES['default'] |= {user}\n")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, dbname=database) as server:
        server.execute("CREATE ROLE search_owner LOGIN PASSWORD 'secret'")
        server.execute(f'ALTER DATABASE "{database}" OWNER TO search_owner')
        server.execute("GRANT ALL ON SCHEMA public TO search_owner")
        yield
        server.execute("REASSIGN OWNED BY search_owner TO CURRENT_USER")
        server.execute("DROP OWNED BY search_owner; DROP ROLE search_owner")


@pytest.mark.usefixtures("owner")
def test_search_comes_changes_is_squashed_and_goes(project: Project) -> None:  # noqa: F811
    project.write("garden/models.py", models())
    project.write("garden/migrations/__init__.py")
    project.manage("makemigrations", "garden")
    assert "schemapatterns.search_vector(ARRAY['english'::regconfig]" in project.manage(
        "sqlmigrate", "garden", "0001"
    )
    project.manage("migrate")
    assert project.python(FOUND) == "1 1"

    project.write("garden/models.py", models(length=200, config="simple"))
    project.manage("makemigrations", "garden", "--name", "longer")
    project.manage("migrate")
    assert project.python(FOUND) == "0 1"
    assert "No changes" in project.manage("makemigrations", "--check", "--dry-run")
    assert "no issues" in project.manage("check", "--database", "default")

    project.manage("squashmigrations", "garden", "0002", "--no-input")
    assert "AlterField" not in (project.folder / "garden/migrations/0001_squashed_0002_longer.py").read_text()
    project.manage("migrate", "garden", "zero")
    project.manage("migrate", "schemapatterns", "zero")
    project.manage("migrate")
    assert project.python(FOUND) == "0 1"


def test_apps_without_migrations_search_too(project: Project) -> None:  # noqa: F811
    project.write("garden/models.py", models())

    project.manage("migrate", "--run-syncdb")

    assert project.python(FOUND) == "1 1"
    project.manage("migrate", "--run-syncdb")
    assert "no issues" in project.manage("check", "--database", "default")
