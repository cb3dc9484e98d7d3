"""Operations that build and drop indexes while others write to the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations import AddConstraint, AddIndex, RemoveIndex
from django.db.models import UniqueConstraint

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.concurrent_indexes import Build, limited, require_no_transaction
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ProjectState
    from django.db.models import Index, Model


class _Concurrent:
    """What these operations have in common: no transaction, and a limit for locks."""

    atomic = False
    adds = True  # whether what it is about is there after the operation, and not before
    lock_timeout: float | None
    model_name: str
    allow_migrate_model: Any

    def forwards(self, editor: SchemaEditor, model: type[Model], state: Any) -> None:
        """Do it, by the state in which what it is about is there."""
        raise NotImplementedError

    def backwards(self, editor: SchemaEditor, model: type[Model], state: Any) -> None:
        """Take it back, by the same state."""
        raise NotImplementedError

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        state = to_state if self.adds else from_state
        model = state.apps.get_model(app_label, self.model_name)
        if self.is_concurrent(app_label, schema_editor, model):
            self.forwards(schema_editor, model, state.models[app_label, self.model_name.lower()])
        else:
            super().database_forwards(app_label, schema_editor, from_state, to_state)  # type: ignore[misc]

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        state = from_state if self.adds else to_state
        model = state.apps.get_model(app_label, self.model_name)
        if self.is_concurrent(app_label, schema_editor, model):
            self.backwards(schema_editor, model, state.models[app_label, self.model_name.lower()])
        else:
            super().database_backwards(app_label, schema_editor, from_state, to_state)  # type: ignore[misc]

    def is_concurrent(self, app_label: str, editor: SchemaEditor, model: type[Model]) -> bool:
        """Return whether the database can do it; others do what Django does."""
        if editor.connection.vendor != "postgresql" or not self.allow_migrate_model(
            editor.connection.alias, model
        ):
            return False
        if not editor.collect_sql:
            require_no_transaction(self, app_label, editor)
        return True

    def build(self, editor: SchemaEditor, model: type[Model], index: Index) -> None:
        statement = str(index.create_sql(model, editor, concurrently=True))
        Build(editor, quote(model._meta.db_table), index.name, statement, self.lock_timeout).run()

    def drop(self, editor: SchemaEditor, model: type[Model], index: Index) -> None:
        with limited(editor, self.lock_timeout):
            editor.remove_index(model, index, concurrently=True)  # type: ignore[call-arg]

    def deconstruct(self) -> Any:
        name, args, kwargs = super().deconstruct()  # type: ignore[misc]
        limit = {} if self.lock_timeout is None else {"lock_timeout": self.lock_timeout}
        return name, args, {**kwargs, **limit}

    def describe(self) -> str:
        return f"{super().describe()}, concurrently"  # type: ignore[misc]


class AddIndexConcurrently(_Concurrent, AddIndex):
    """
    Build an index while others write to the table.

        class Migration(migrations.Migration):
            atomic = False
            operations = [AddIndexConcurrently("order", models.Index(fields=["status"], name="order_status"))]

    It can be run again, whatever became of it: an index that is there and the same is left alone, one that a
    failed or killed build left behind is dropped. Backwards, the index is dropped concurrently.

    lock_timeout: seconds to wait for others, also for transactions that were open before; by default what the
    connection has.
    Raises IndexNotBuilt when the build fails, after what is left of it is dropped, and ConfigurationError in
    a transaction or where another index has the name.
    """

    def __init__(self, model_name: str, index: Index, *, lock_timeout: float | None = None) -> None:
        super().__init__(model_name, index)
        self.lock_timeout = lock_timeout

    def forwards(self, editor: SchemaEditor, model: type[Model], state: Any) -> None:
        self.build(editor, model, self.index)

    def backwards(self, editor: SchemaEditor, model: type[Model], state: Any) -> None:
        self.drop(editor, model, self.index)

    def reduce(self, operation: Any, app_label: str) -> Any:
        return False


class RemoveIndexConcurrently(_Concurrent, RemoveIndex):
    """
    Drop an index while others use the table; it can be run again.

        RemoveIndexConcurrently("order", "shop_order_status")

    Backwards, the index is built as by `AddIndexConcurrently`.

    lock_timeout: seconds to wait for others; by default what the connection has.
    """

    adds = False

    def __init__(self, model_name: str, name: str, *, lock_timeout: float | None = None) -> None:
        super().__init__(model_name, name)
        self.lock_timeout = lock_timeout

    def forwards(self, editor: SchemaEditor, model: type[Model], state: Any) -> None:
        self.drop(editor, model, state.get_index_by_name(self.name))

    def backwards(self, editor: SchemaEditor, model: type[Model], state: Any) -> None:
        self.build(editor, model, state.get_index_by_name(self.name))


class AddConstraintConcurrently(_Concurrent, AddConstraint):
    """
    Make something unique while others write to the table: `AddConstraint` for a `UniqueConstraint`.

        AddConstraintConcurrently("order", models.UniqueConstraint(fields=["number"], name="order_number"))

    The index is built as by `AddIndexConcurrently`; to make it a constraint takes a moment.

    lock_timeout: seconds to wait for others; by default what the connection has.
    Raises IndexNotBuilt, also when rows are alike, and ConfigurationError for a constraint of another kind.
    """

    def __init__(
        self, model_name: str, constraint: UniqueConstraint, *, lock_timeout: float | None = None
    ) -> None:
        if not isinstance(constraint, UniqueConstraint):
            raise ConfigurationError(
                f"AddConstraintConcurrently builds the index of a UniqueConstraint, and {constraint.name} is "
                f"a {type(constraint).__name__}: use AddConstraint, or AddConstraintNotValid for a check."
            )
        super().__init__(model_name, constraint)
        self.lock_timeout = lock_timeout

    def forwards(self, editor: SchemaEditor, model: type[Model], state: Any) -> None:
        table, name = quote(model._meta.db_table), quote(self.constraint.name)
        index, constraint = _split(str(self.constraint.create_sql(model, editor)), table, name)
        Build(editor, table, self.constraint.name, index, self.lock_timeout).run()
        if constraint and not _is_constraint(editor, table, self.constraint.name):
            with limited(editor, self.lock_timeout):
                editor.execute(constraint, params=None)

    def backwards(self, editor: SchemaEditor, model: type[Model], state: Any) -> None:
        editor.remove_constraint(model, self.constraint)

    def reduce(self, operation: Any, app_label: str) -> Any:
        return False


def _split(statement: str, table: str, name: str) -> tuple[str, str]:
    """Return the statements that build the index and make it a constraint, if it is more than an index."""
    if statement.startswith("CREATE UNIQUE INDEX"):
        return statement.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1), ""
    head = f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE"
    rest = statement.removeprefix(head).strip()
    nulls = "NULLS NOT DISTINCT" if rest.startswith("NULLS NOT DISTINCT") else ""
    columns, _, deferrable = rest.removeprefix("NULLS NOT DISTINCT").strip().rpartition(")")
    index = f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} {columns}) {nulls}".strip()
    return index, f"{head} USING INDEX {name}{deferrable}"


def _is_constraint(editor: SchemaEditor, table: str, name: str) -> bool:
    if editor.collect_sql:
        return False
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s", [table, name]
        )
        return cursor.fetchone() is not None


for _operation in (AddIndexConcurrently, RemoveIndexConcurrently, AddConstraintConcurrently):
    _operation.__module__ = "django_schemapatterns.operations"
