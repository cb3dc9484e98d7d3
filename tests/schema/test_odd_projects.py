"""Projects with more than one app, database or owner, from empty to full and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from textwrap import dedent

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.schema.test_projects import LOGGED, MODELS, SETTINGS, Project, project

pytestmark = pytest.mark.whole_project

__all__ = ["project"]

AUTH = """
INSTALLED_APPS.insert(0, "django.contrib.auth")
"""
REGISTERED = """
from django.contrib.auth.models import Group, User
from django.db import models
from django_schemapatterns import audit, models as patterns


class Leaf(patterns.AuditedModel):
    name = models.CharField(max_length=20)


class Tree(patterns.AuditedModel):
    name = models.CharField(max_length=20)
    leaves = models.ManyToManyField(Leaf)
    keepers = models.ManyToManyField(User)


audit.register(Group)
audit.register(Group.permissions.through)
audit.register(User, mask=["email"])
audit.register(Tree.leaves.through)
audit.register(Tree.keepers.through)
"""
PLAIN = "\n".join(line for line in REGISTERED.splitlines() if not line.startswith("audit.register"))
FUNCTIONS = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(
        "SELECT count(*) FROM pg_proc WHERE pronamespace = to_regnamespace('schemapatterns') "
        "AND proname ~ '^audit_(insert|update|delete|truncate)_' AND proname !~ '_schemapatterns_'"
    )
    print(cursor.fetchone()[0])
"""


@pytest.fixture
def garden(project: Project) -> Project:
    project.write("garden/migrations/__init__.py")
    return project


def test_registered_models_land_in_the_migrations_of_the_one_who_registers(garden: Project) -> None:
    garden.write("project_settings.py", SETTINGS + AUTH)
    garden.write("garden/models.py", REGISTERED)

    garden.manage("makemigrations", "garden")
    garden.manage("migrate")
    written = garden.python(
        """
        from django.contrib.auth.models import Group, Permission, User
        from garden.models import Leaf, Tree
        from django_schemapatterns.models import AuditLog
        tree, leaf = Tree.objects.create(name="Oak"), Leaf.objects.create(name="a")
        user, group = User.objects.create(username="ada", email="a@b.c"), Group.objects.create(name="g")
        group.permissions.add(Permission.objects.first())
        tree.leaves.add(leaf)
        tree.keepers.set([user])
        log = AuditLog.objects.order_by("id")
        print(*[f"{entry.table_name}" for entry in log])
        print(log.get(table_name="auth_user").changes["email"])
        """
    )

    assert sorted(written.split()) == sorted(
        [
            *("garden_tree", "garden_leaf", "auth_user", "auth_group", "auth_group_permissions"),
            *("garden_tree_leaves", "garden_tree_keepers", "********"),
        ]
    )
    assert [path.name for path in (garden.folder / "garden/migrations").glob("0*.py")] == ["0001_initial.py"]
    for _ in range(2):
        assert "No changes" in garden.manage("makemigrations", "--check", "--dry-run")


def test_models_are_registered_later_and_forgotten_again(garden: Project) -> None:
    garden.write("project_settings.py", SETTINGS + AUTH)
    garden.write("garden/models.py", PLAIN)
    garden.manage("makemigrations", "garden")
    garden.manage("migrate")

    garden.write("garden/models.py", REGISTERED)
    garden.manage("makemigrations", "garden", "-n", "register")
    garden.manage("migrate")
    registered = garden.python(FUNCTIONS)
    garden.write("garden/models.py", PLAIN)
    garden.manage("makemigrations", "garden", "-n", "forget")
    garden.manage("migrate")
    forgotten = garden.python(FUNCTIONS)

    assert (registered, forgotten) == ("28", "8")
    garden.manage("migrate", "garden", "0002")
    garden.manage("migrate", "garden", "zero")
    assert garden.python(FUNCTIONS) == "0"
    garden.manage("migrate")
    assert garden.python(FUNCTIONS) == "8"


def test_squashed_migrations_make_the_same(garden: Project) -> None:
    garden.manage("makemigrations", "garden")
    garden.write("garden/models.py", MODELS + "    height = models.IntegerField(null=True)\n")
    garden.manage("makemigrations", "garden", "-n", "height")
    garden.write("garden/models.py", MODELS.replace("name =", "title ="))
    remove = garden.folder / "garden/migrations/0003_title.py"
    remove.write_text(
        dedent(
            """
            import pgtrigger.migrations
            from django.db import migrations
            class Migration(migrations.Migration):
                dependencies = [("garden", "0002_height")]
                operations = [
                    migrations.RenameField("tree", "name", "title"), migrations.RemoveField("tree", "height")
                ]
            """
        )
    )
    garden.manage("makemigrations", "garden", "-n", "renew")

    garden.manage("squashmigrations", "garden", "0004", "--noinput")
    garden.manage("migrate")

    made = "from garden.models import Tree; Tree.objects.create(title='Elm')"
    assert garden.python(made + LOGGED.replace("['name']", "['title']")) == "I:Elm"
    assert "No changes" in garden.manage("makemigrations", "--check", "--dry-run")
    assert "no issues" in garden.manage("check", "--database", "default")


def test_app_that_is_gone_leaves_no_function_behind(garden: Project) -> None:
    garden.manage("makemigrations", "garden")
    garden.manage("migrate")

    garden.write("garden/models.py")
    garden.manage("makemigrations", "garden", "-n", "nothing")
    garden.manage("migrate")

    assert garden.python(FUNCTIONS) == "0"
    assert "no issues" in garden.manage("check", "--database", "default")


@pytest.fixture
def second_database(project: Project) -> Iterator[str]:
    name = f"{project.environment['NAME']}_second"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        yield name
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def test_each_database_has_a_log_of_its_own(garden: Project, second_database: str) -> None:
    second = f"DATABASES['second'] = {{**DATABASES['default'], 'NAME': {second_database!r}}}"
    garden.write("project_settings.py", f"{SETTINGS}\n{second}\n")
    garden.manage("makemigrations", "garden")
    garden.manage("migrate")
    garden.manage("migrate", "--database", "second")

    logged = garden.python(
        """
        from django_schemapatterns import audit
        from django_schemapatterns.context import acting_as
        from django_schemapatterns.models import AuditLog
        from garden.models import Tree
        Tree.objects.create(name="Oak")
        with acting_as("7"), audit.paused(reason="import", using="default"):
            Tree.objects.create(name="unseen")
            elm = Tree.objects.using("second").create(name="Elm")
        for alias in ("default", "second"):
            log = AuditLog.objects.using(alias).filter(table_name="garden_tree")
            print(alias, *[f"{entry.changes['name']}:{entry.user_id}" for entry in log])
        print(elm.audit.entries().count(), Tree.audit.using("second").entries().count())
        print(log.get().state_after().name, log.get().state_after()._state.db)
        """
    )

    assert logged.splitlines() == ["default Oak:None", "second Elm:7", "1 1", "Elm second"]


def test_sqlite_as_default_and_postgresql_beside(garden: Project) -> None:
    swap = f"""
DATABASES = {{
    "default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {str(garden.folder / "o")!r}}},
    "second": DATABASES["default"],
}}
"""
    garden.write("project_settings.py", SETTINGS + swap)

    garden.manage("makemigrations", "garden")
    garden.manage("migrate")
    garden.manage("migrate", "--database", "second")

    made = """
from garden.models import Tree
for database in ("default", "second"):
    Tree.objects.using(database).create(name=database)
"""
    assert garden.python(made + LOGGED.replace(".filter", '.using("second").filter')) == "I:second"
    assert "no issues" in garden.manage("check", "--database", "second", "--database", "default")
    assert "No changes" in garden.manage("makemigrations", "--check", "--dry-run")


@pytest.fixture
def owner(project: Project) -> Iterator[str]:
    name = f"owner_{project.environment['NAME']}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(SQL("CREATE ROLE {} LOGIN PASSWORD 'owner'").format(Identifier(name)))
        database = Identifier(project.environment["NAME"])
        server.execute(SQL("ALTER DATABASE {} OWNER TO {}").format(database, Identifier(name)))
        yield name
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(database))
        server.execute(SQL("CREATE DATABASE {}").format(database))
        server.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def test_owner_needs_no_rights_of_a_superuser(garden: Project, owner: str) -> None:
    login = {"USER": owner, "PASSWORD": "owner"}
    garden.write("project_settings.py", f"{SETTINGS}\nDATABASES['default'] |= {login!r}\n")
    garden.manage("makemigrations", "garden")
    garden.manage("migrate")

    logged = garden.python(
        """
        from django.db import connection, transaction
        from django_schemapatterns import audit
        from django_schemapatterns.models import AuditLog
        from garden.models import Tree
        oak = Tree.objects.create(name="Oak")
        with audit.paused(reason="import"):
            Tree.objects.update(name="Elm")
        try:
            with transaction.atomic():
                AuditLog.objects.all()._raw_delete("default")
        except Exception as error:
            print(type(error).__name__)
        with audit.maintenance(reason="cleaning"):
            print(AuditLog.objects.for_object(oak)._raw_delete("default"))
        print(*AuditLog.objects.values_list("operation", flat=True))
        """
    )

    assert logged.splitlines() == ["ProgrammingError", "1", "P M"]
    garden.manage("migrate", "garden", "zero")
    garden.manage("migrate", "schemapatterns", "zero")


TESTS = """
from django.test import TransactionTestCase
from django_schemapatterns.models import AuditLog
from django_schemapatterns.testing.audit import EmptyAuditLogMixin, assert_audited
from garden.models import Tree


class Case(EmptyAuditLogMixin, TransactionTestCase):
    def test_first(self):
        self.write()

    def test_second(self):
        self.write()

    def write(self):
        assert_audited(Tree)
        assert not AuditLog.objects.exists()
        Tree.objects.create(name="Oak")
        assert AuditLog.objects.count() == 1
"""


@pytest.mark.parametrize("migrated", [True, False])
def test_django_s_test_runner_finds_an_empty_log_each_time(garden: Project, migrated: bool) -> None:
    off = "MIGRATION_MODULES = {'contenttypes': None, 'schemapatterns': None, 'garden': None}"
    garden.write("project_settings.py", f"{SETTINGS}\n{'' if migrated else off}\n")
    if migrated:
        garden.manage("makemigrations", "garden")
    garden.write("garden/tests.py", TESTS)

    assert "OK" in garden.manage("test", "garden")
