"""Views and functions in whole projects: several apps, an empty database, no migrations, another database."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.test_projects import SETTINGS, Project, project

pytestmark = pytest.mark.whole_project

__all__ = ["project"]

GARDEN = """
from django.db import models


class Tree(models.Model):
    height = models.IntegerField(default=1)
"""
# In the alphabet the app that reads the other's table comes first.
ARBORETUM = """
from django.db import models
from django_schemapatterns.database import Function, View, register


class Sum(models.Model):
    id = models.IntegerField(primary_key=True)
    height = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "arboretum_sum"


class Visit(models.Model):
    day = models.DateField()


register(
    View("arboretum_sum", "SELECT 1 AS id, double(height) AS height FROM arboretum_heights"),
    View("arboretum_heights", "sql/heights.sql"),
    Function("double", "CREATE FUNCTION double(bigint) RETURNS bigint RETURN $1 * 2"),
)
"""
HEIGHTS = "-- of all trees\nSELECT sum(height) AS height FROM garden_tree;\n"
SUM = "from arboretum.models import Sum; print(Sum.objects.get().height)"
PLANT = "from garden.models import Tree; Tree.objects.create({})"


@pytest.fixture
def apps(project: Project) -> Any:
    project.write("project_settings.py", f"{SETTINGS}\nINSTALLED_APPS += ['arboretum']\n")
    project.write("garden/models.py", GARDEN)
    project.write("arboretum/__init__.py")
    project.write("arboretum/models.py", ARBORETUM)
    project.write("arboretum/sql/heights.sql", HEIGHTS)
    return project


def migrated(apps: Project) -> Project:
    for app in ("garden", "arboretum"):
        apps.write(f"{app}/migrations/__init__.py")
    apps.manage("makemigrations", "--name", "initial")
    return apps


def test_view_follows_the_tables_of_another_app_there_and_back(apps: Project) -> None:
    migrated(apps)
    apps.manage("migrate")
    apps.python(PLANT.format("height=3"))
    assert apps.python(SUM) == "6"
    assert "no issues" in apps.manage("check", "--database", "default")

    apps.write("garden/models.py", GARDEN.replace("height =", "width ="))
    apps.write("arboretum/sql/heights.sql", HEIGHTS.replace("(height)", "(width)"))
    made = apps.manage("makemigrations", "--no-input")
    apps.manage("migrate")
    apps.python(PLANT.format("width=4"))

    assert "Release view arboretum_heights" in made
    assert apps.python(SUM) == "10"
    assert "No changes" in apps.manage("makemigrations", "--check", "--dry-run")
    apps.manage("migrate", "arboretum", "0001")
    apps.write("garden/models.py", GARDEN)
    assert apps.python("from garden.models import Tree; Tree.objects.update(height=5)" + f"\n{SUM}") == "20"
    apps.manage("migrate", "garden", "zero")
    assert "schemapatterns.W652" not in apps.manage("check", "--database", "default")


def test_apps_without_migrations_get_their_views_in_the_database_that_has_them(apps: Project) -> None:
    beside = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(apps.folder / "other")}
    apps.write(
        "project_settings.py", f"{SETTINGS}\nINSTALLED_APPS += ['arboretum']\nDATABASES['other'] = {beside}\n"
    )

    apps.manage("migrate", "--run-syncdb")
    apps.manage("migrate", "--run-syncdb")
    apps.manage("migrate", "--run-syncdb", "--database", "other")

    apps.python(PLANT.format("height=3"))
    assert apps.python(SUM) == "6"
    apps.python("from django.db import connection; connection.cursor().execute('DROP VIEW arboretum_sum')")
    assert "schemapatterns.W652" in apps.manage("check", "--database", "default")


def test_declarations_that_can_not_be_are_told_by_a_check(apps: Project) -> None:
    apps.write(
        "garden/models.py",
        f"""{GARDEN}
from django_schemapatterns.database import View, register
register(View("garden_tree", "SELECT 1 AS id"), View("a", "sql/none.sql"), View("b", "SELECT * FROM a"))
""",
    )

    told = apps.manage("check", fails=True)

    assert "schemapatterns.E650" in told
    assert "schemapatterns.E651" in told
    assert "schemapatterns.W653" in told
    assert "Traceback" not in told
