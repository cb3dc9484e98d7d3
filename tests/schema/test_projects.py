"""Whole projects, each in a process and a database of its own: what `migrate` does to an empty database."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

pytestmark = pytest.mark.whole_project

SETTINGS = """
import os
from example_project.postgres import database_from_url

SECRET_KEY, USE_TZ, DEFAULT_AUTO_FIELD = "secret", True, "django.db.models.BigAutoField"
DATABASES = {"default": {**database_from_url(os.environ["DATABASE_URL"]), "NAME": os.environ["NAME"]}}
INSTALLED_APPS = [
    "django.contrib.contenttypes", "django.contrib.postgres", "pgtrigger", "django_schemapatterns", "garden"
]
MIDDLEWARE = ["django_schemapatterns.middleware.ActorMiddleware"]
"""
MODELS = """
from django.db import models
from django_schemapatterns import models as patterns


class Tree(patterns.AuditedModel):
    name = models.CharField(max_length=20)
"""
PLANT = """
from django.db import migrations


def plant(apps, schema_editor):
    apps.get_model("garden", "Tree").objects.using(schema_editor.connection.alias).create(name="Oak")


class Migration(migrations.Migration):
    dependencies = [("garden", "0001_initial")]
    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
"""


class Project:
    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCHEMAPATTERNS")},
            "NAME": database,
            "DJANGO_SETTINGS_MODULE": "project_settings",
            "PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parents[2])]),
        }
        self.write("project_settings.py", SETTINGS)
        self.write("garden/__init__.py")
        self.write("garden/models.py", MODELS)

    def write(self, path: str, text: str = "") -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def manage(self, *arguments: str, fails: bool = False) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "django", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def python(self, text: str) -> str:
        return self.manage("shell", "--verbosity", "0", "--command", dedent(text)).strip()


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    name = f"project_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield Project(tmp_path, name)
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


LOGGED = """
from django_schemapatterns.models import AuditLog
log = AuditLog.objects.filter(table_name="garden_tree")
print(*[f"{entry.operation}:{entry.changes['name']}" for entry in log])
"""


def test_data_migration_on_an_empty_database_is_logged(project: Project) -> None:
    project.write("garden/migrations/__init__.py")
    project.manage("makemigrations", "garden")
    project.write("garden/migrations/0002_plant.py", PLANT)

    project.manage("migrate")

    assert project.python(LOGGED) == "I:Oak"
    assert "No changes" in project.manage("makemigrations", "--check", "--dry-run")
    assert "no issues" in project.manage("check", "--database", "default")


def test_everything_can_be_taken_away_and_come_back(project: Project) -> None:
    project.write("garden/migrations/__init__.py")
    project.manage("makemigrations", "garden")
    project.manage("migrate")

    project.manage("migrate", "garden", "zero")
    project.manage("migrate", "schemapatterns", "zero")
    left = project.python(
        """
        from django.db import connection
        cursor = connection.cursor()
        cursor.execute("SELECT to_regnamespace('schemapatterns')")
        print(cursor.fetchone()[0])
        """
    )
    project.manage("migrate")

    assert left == "None"
    assert (
        project.python("from garden.models import Tree; Tree.objects.create(name='Elm')" + LOGGED) == "I:Elm"
    )


def test_app_without_migrations_is_audited_by_syncdb(project: Project) -> None:
    project.manage("migrate", "--run-syncdb")

    assert (
        project.python("from garden.models import Tree; Tree.objects.create(name='Elm')" + LOGGED) == "I:Elm"
    )


def test_project_whose_migrations_are_switched_off_is_audited(project: Project) -> None:
    off = dict.fromkeys(("contenttypes", "schemapatterns", "garden"))
    project.write("project_settings.py", f"{SETTINGS}\nMIGRATION_MODULES = {off}\n")

    project.manage("migrate", "--run-syncdb")

    assert (
        project.python("from garden.models import Tree; Tree.objects.create(name='Elm')" + LOGGED) == "I:Elm"
    )


def test_another_database_beside_postgresql_is_left_alone(project: Project) -> None:
    beside = "DATABASES['other'] = {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'other.sqlite3'}"
    project.write(
        "project_settings.py", f"{SETTINGS}\n{beside.replace('other.sqlite3', str(project.folder / 'o'))}\n"
    )
    project.write("garden/migrations/__init__.py")
    project.manage("makemigrations", "garden")

    project.manage("migrate")
    project.manage("migrate", "--database", "other")

    made = """
from garden.models import Tree
Tree.objects.using("other").create(name="Ash")
Tree.objects.create(name="Elm")
"""
    assert project.python(made + LOGGED) == "I:Elm"


def test_project_without_postgresql_is_told_so(project: Project) -> None:
    only = "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}"
    project.write("project_settings.py", f"{SETTINGS}\n{only}\n")

    told = project.manage("check", fails=True)

    assert "schemapatterns.E101" in told
    assert "Traceback" not in told


def test_project_without_pgtrigger_is_told_so(project: Project) -> None:
    project.write("project_settings.py", SETTINGS.replace('"pgtrigger", ', ""))

    told = project.manage("check", fails=True)

    assert "schemapatterns.E001" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("declaration", "told"),
    [
        ("excluded = ['name']", "exclude, mask, condition, label"),
        ("exclude = ['nam']", "Did you mean 'name'?"),
        ("mask = ['id']", "primary key"),
    ],
)
def test_wrong_option_stops_with_the_right_one(project: Project, declaration: str, told: str) -> None:
    project.write("garden/models.py", f"{MODELS}\n    class Audit:\n        {declaration}\n")

    assert told in project.manage("check", fails=True)
