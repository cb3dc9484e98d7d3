"""Types in whole projects: several apps, an empty database, no migrations, another database."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.test_projects import SETTINGS, Project, project

pytestmark = pytest.mark.whole_project

__all__ = ["project"]

FIELDS = """
from django.db import models
from django_schemapatterns.fields import Between, DomainField, EmailAddressField, EnumField


class Season(models.TextChoices):
    SPRING = "spring"
    FALL = "fall"


class HeightField(DomainField, models.IntegerField):
    domain = "height"
    rules = [Between(0, 100)]
"""
# In the alphabet the app that points at the other comes first.
ARBORETUM = """
from django.db import models
from garden.fields import HeightField, Season, EnumField


class Visit(models.Model):
    tree = models.ForeignKey("garden.Tree", models.CASCADE)
    height = HeightField(null=True)
    season = EnumField(Season, default=Season.FALL)
"""
GARDEN = """
from django.db import models
from garden.fields import EmailAddressField, EnumField, HeightField, Season


class Tree(models.Model):
    height = HeightField(default=1)
    season = EnumField(Season, default=Season.SPRING)
    owner = EmailAddressField(null=True)
"""
PLANT = """
from django.db import migrations


def plant(apps, schema_editor):
    apps.get_model("garden", "Tree").objects.create(season="fall", owner="a@b.cd")


class Migration(migrations.Migration):
    dependencies = [("garden", "0001_initial")]
    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
"""
TYPES = """
from django.db import connection
cursor = connection.cursor()
cursor.execute("SELECT typname FROM pg_type WHERE typtype IN ('d', 'e') AND pg_type_is_visible(oid) "
               "AND typnamespace = 'public'::regnamespace ORDER BY 1")
print(*[name for (name,) in cursor.fetchall()])
"""
ALL = "email_address height season"


@pytest.fixture
def apps(project: Project) -> Any:
    project.write("project_settings.py", f"{SETTINGS}\nINSTALLED_APPS += ['arboretum']\n")
    project.write("garden/fields.py", FIELDS)
    project.write("garden/models.py", GARDEN)
    project.write("arboretum/__init__.py")
    project.write("arboretum/models.py", ARBORETUM)
    return project


def migrated(apps: Project) -> Project:
    for app in ("garden", "arboretum"):
        apps.write(f"{app}/migrations/__init__.py")
    apps.manage("makemigrations", "--name", "initial")
    return apps


def test_two_apps_share_types_that_belong_to_the_one_pointed_at(apps: Project) -> None:
    migrated(apps)
    garden = (apps.folder / "garden/migrations/0001_initial.py").read_text()
    arboretum = (apps.folder / "arboretum/migrations/0001_initial.py").read_text()
    apps.write("garden/migrations/0002_plant.py", PLANT)

    apps.manage("migrate")

    assert garden.count("CreateDomain(") == 2
    assert garden.count("CreateEnum(") == 1
    assert "django_schemapatterns.operations.Create" not in arboretum
    assert '("garden", "0001_initial")' in arboretum.replace("'", '"')
    assert apps.python(TYPES) == ALL
    assert "No changes" in apps.manage("makemigrations", "--check", "--dry-run")
    assert "no issues" in apps.manage("check", "--database", "default")
    apps.manage("migrate", "garden", "zero")
    assert apps.python(TYPES) == ""
    apps.manage("migrate")
    assert apps.python(TYPES) == ALL


def test_types_change_and_go_across_apps(apps: Project) -> None:
    migrated(apps)
    apps.manage("migrate")
    apps.write("garden/fields.py", FIELDS.replace("100", "50").replace('"fall"', '"fall"\n    LATE = "late"'))
    apps.write("arboretum/models.py", ARBORETUM.replace("Season.FALL", "Season.LATE"))

    apps.manage("makemigrations")
    apps.manage("migrate")

    assert "No changes" in apps.manage("makemigrations", "--check", "--dry-run")
    made = apps.python(
        "from garden.models import Tree; from arboretum.models import Visit; "
        "print(repr(Visit.objects.create(tree=Tree.objects.create()).season))"
    )
    assert "LATE" in made
    apps.python("from garden.models import Tree; Tree.objects.all().delete()")
    apps.write("garden/models.py", GARDEN.replace("EnumField(Season, ", "models.CharField(max_length=9, "))
    apps.write(
        "arboretum/models.py", ARBORETUM.replace("EnumField(Season, ", "models.CharField(max_length=9, ")
    )
    apps.manage("makemigrations")
    apps.manage("migrate")
    assert apps.python(TYPES) == "email_address height"
    apps.manage("migrate", "arboretum", "zero")
    apps.manage("migrate", "garden", "zero")
    assert apps.python(TYPES) == ""


def test_sqlmigrate_shows_types_and_fake_makes_none(apps: Project) -> None:
    migrated(apps)

    shown = apps.manage("sqlmigrate", "garden", "0001")
    apps.manage("migrate", "--fake")

    assert 'CREATE DOMAIN "height" AS integer CONSTRAINT "range" CHECK (VALUE >= 0' in shown
    assert "CREATE TYPE \"season\" AS ENUM ('spring', 'fall')" in shown
    assert apps.python(TYPES) == ""
    assert "schemapatterns.W610" in apps.manage("check", "--database", "default")


def test_apps_without_migrations_get_their_types(apps: Project) -> None:
    apps.manage("migrate", "--run-syncdb")
    apps.manage("migrate", "--run-syncdb")

    assert apps.python(TYPES) == ALL
    assert apps.python("from garden.models import Tree; print(Tree.objects.create().pk)") == "1"


def test_app_without_migrations_beside_one_with(apps: Project) -> None:
    alone = ARBORETUM.replace('tree = models.ForeignKey("garden.Tree", models.CASCADE)', "")
    apps.write("arboretum/models.py", alone)
    apps.write("arboretum/migrations/__init__.py")

    made = apps.manage("makemigrations")
    apps.manage("migrate", "--run-syncdb")

    assert "garden" not in made
    assert apps.python(TYPES) == ALL
    assert "No changes" in apps.manage("makemigrations", "--check", "--dry-run")


def test_another_database_has_no_types(apps: Project) -> None:
    beside = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(apps.folder / "other")}
    apps.write(
        "project_settings.py", f"{SETTINGS}\nINSTALLED_APPS += ['arboretum']\nDATABASES['other'] = {beside}\n"
    )
    migrated(apps)

    apps.manage("migrate", "--database", "other")

    made = apps.python(
        "from garden.models import Tree; trees = Tree.objects.using('other'); "
        "trees.create(season='fall', owner='a@b.cd'); print(trees.get(season='fall').season.name, "
        "trees.filter(season='never').count())"
    )
    assert made == "FALL 0"


def test_types_that_can_not_be_are_told_by_a_check(apps: Project) -> None:
    apps.write(
        "garden/models.py", GARDEN.replace("HeightField(default=1)", "HeightField(domain='garden_tree')")
    )
    named = apps.manage("check", fails=True)
    other = FIELDS.replace("class HeightField", "class WidthField").replace("100", "7")
    apps.write("garden/models.py", f"{other}\n{GARDEN.replace('HeightField(default=1)', 'WidthField()')}")
    differs = apps.manage("check", fails=True)

    assert "schemapatterns.E604" in named
    assert "schemapatterns.E603" in differs
    assert "Traceback" not in named + differs
