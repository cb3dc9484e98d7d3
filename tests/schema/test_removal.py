"""A project that has used every kind of object, and goes on with Django alone."""

from __future__ import annotations

import pytest

from tests.schema.test_projects import SETTINGS, Project, project

pytestmark = pytest.mark.whole_project

__all__ = ["project"]

EVERYTHING = """
from django.db import models
from django_schemapatterns import fields, models as patterns
from django_schemapatterns.constraints import UniqueAlive
from django_schemapatterns.database import View, register


class Season(models.TextChoices):
    SPRING = "spring"


class Tree(
    patterns.AuditedModel, patterns.SoftDeleteModel, patterns.TimestampedModel, patterns.SearchableModel
):
    name = models.CharField(max_length=20)
    height = models.DecimalField(max_digits=5, decimal_places=2)
    keeper = fields.EmailAddressField(default="kim@example.com")
    season = fields.EnumField(Season, default=Season.SPRING)
    facts = fields.AttributesField(schema=[fields.Attribute("age", int)])
    words = fields.SearchVectorField(["name"], config="simple")

    class Meta:
        constraints = [UniqueAlive("name")]


class Height(patterns.PeriodModel):
    tree = models.ForeignKey(Tree, models.CASCADE, related_name="heights")
    height = models.DecimalField(max_digits=5, decimal_places=2)

    class Period:
        tracks = {"tree": ["height"]}


register(View("garden_names", "SELECT id, name FROM garden_tree"))
"""
PLAIN = """
from django.db import models


class Tree(models.Model):
    name = models.CharField(max_length=20)
    height = models.DecimalField(max_digits=5, decimal_places=2)
    keeper = models.EmailField(default="kim@example.com")
    season = models.CharField(max_length=10, default="spring")
    facts = models.JSONField(default=dict)
"""
TRACES = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname = 'schemapatterns' "
        "UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
        "UNION ALL SELECT viewname FROM pg_views WHERE schemaname = 'public' "
        "UNION ALL SELECT typname FROM pg_type WHERE typtype IN ('d', 'e') "
        "AND typnamespace = 'public'::regnamespace "
        "UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    print(cursor.fetchall())
"""


def test_the_way_back_to_django_alone_keeps_rows_and_leaves_no_trace(project: Project) -> None:
    project.write("garden/migrations/__init__.py")
    project.write("garden/models.py", EVERYTHING)
    project.manage("makemigrations", "garden")
    project.manage("migrate")
    project.python("from garden.models import Tree; Tree.objects.create(name='Elm', height=5).heights.get()")

    project.write("garden/models.py", PLAIN)
    project.manage("makemigrations", "garden", "-n", "plain")
    project.manage("migrate")
    project.manage("migrate", "--fake", "garden", "zero")
    for migration in (project.folder / "garden/migrations").glob("0*.py"):
        migration.unlink()
    project.manage("makemigrations", "garden")
    project.manage("migrate", "--fake", "garden")
    project.manage("migrate", "schemapatterns", "zero")
    alone = SETTINGS.replace('"django.contrib.postgres", "pgtrigger", "django_schemapatterns", ', "")
    project.write("project_settings.py", alone.split("MIDDLEWARE")[0])

    assert "No changes" in project.manage("makemigrations", "--check", "--dry-run")
    assert project.python("from garden.models import Tree; print(Tree.objects.get().season)") == "spring"
    assert project.python(TRACES) == "[]"
