"""Constraints and indexes, in the field where they are about one column, else in Meta."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django_schemapatterns.management.inspection.columns import Code
from django_schemapatterns.schema.names import quote, shorten

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from django_schemapatterns.management.inspection.reading import Column, IndexRow, Rule, Table

ON_DELETE = {"c": "CASCADE", "n": "SET_NULL", "r": "PROTECT"}
METHODS = {
    "gin": "GinIndex",
    "gist": "GistIndex",
    "brin": "BrinIndex",
    "hash": "HashIndex",
    "spgist": "SpGistIndex",
}
POSITIVE = {
    "models.SmallIntegerField": "models.PositiveSmallIntegerField",
    "models.IntegerField": "models.PositiveIntegerField",
    "models.BigIntegerField": "models.PositiveBigIntegerField",
}
PLAIN = {
    "models.SmallAutoField": "models.SmallIntegerField",
    "models.AutoField": "models.IntegerField",
    "models.BigAutoField": "models.BigIntegerField",
}
ALIVE = "(deleted_at IS NULL)"
_OVERLAP = re.compile(
    r"EXCLUDE USING gist \((?:(?P<keys>.*), )?(?:(?P<range>\w+)|\w+range\((?P<start>\w+), (?P<end>\w+)"
    r"(?:, '(?P<bounds>\[[\])])'::text)?\)) WITH &&\)"
)


@dataclass
class Rules:
    """What constraints and indexes add: to fields, by column, and to Meta."""

    connection: BaseDatabaseWrapper
    table: Table
    target: Callable[[str], str]
    names: dict[str, str] = field(default_factory=dict)
    composite_key: list[str] = field(default_factory=list)
    constraints: list[Code] = field(default_factory=list)
    indexes: list[Code] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unique: set[str] = field(default_factory=set)
    indexed: set[str] = field(default_factory=set)
    positive: set[str] = field(default_factory=set)
    implied: set[str] = field(default_factory=set)
    keys: dict[str, Rule] = field(default_factory=dict)
    primary: str = ""

    def apply(self, column: Column, code: Code) -> Code:
        """Return the field with what is said of its column."""
        name = column.name
        if name in self.keys:
            code = self._foreign_key(column, code)
        if name in self.positive:
            code.name = POSITIVE.get(code.name, code.name)
        if name == self.primary:
            code.options["primary_key"] = "True"
        elif code.name in PLAIN:
            code.name = PLAIN[code.name]
            code.notes.append("The database numbers it: GENERATED AS IDENTITY.")
        if name in self.unique and code.name != "models.OneToOneField":
            code.options["unique"] = "True"
        elif name in self.indexed and name not in self.keys and code.name != "fields.SlugField":
            code.options["db_index"] = "True"
        elif code.name == "fields.SlugField" and name not in self.indexed | self.unique:
            code.options["db_index"] = "False"
        if self.names[name] != name and name not in self.keys:
            code.options["db_column"] = repr(name)
        return code

    def _foreign_key(self, column: Column, code: Code) -> Code:
        rule = self.keys[column.name]
        one = column.name in self.unique or column.name == self.primary
        kind = "models.OneToOneField" if one else "models.ForeignKey"
        on_delete = f"models.{ON_DELETE.get(rule.on_delete, 'DO_NOTHING')}"
        kept = {name: value for name, value in code.options.items() if name in {"null", "db_comment"}}
        link = Code(kind, [repr(self.target(rule.target or "")), on_delete], kept)
        if self.names[column.name] + "_id" != column.name:
            link.options["db_column"] = repr(column.name)
        if list(rule.target_columns) != ["id"]:
            link.notes.append(f"It points at {rule.target}.{', '.join(rule.target_columns)}: see to_field.")
        if not one and column.name not in self.indexed:
            link.options["db_index"] = "False"
        return link

    def automatic(self, column: str, suffix: str = "") -> str:
        """Return the name that Django gives to an index of one column."""
        editor: Any = self.connection.schema_editor()
        return str(editor._create_index_name(self.table.name, [column], suffix=suffix))

    def fields(self, columns: Any) -> str:
        """Return the names of the fields, as code."""
        return repr([_signed(column, self.names) for column in columns])


def rules_of(connection: BaseDatabaseWrapper, table: Table, target: Callable[[str], str]) -> Rules:
    """Sort the constraints and indexes of a table; target tells the model of a table."""
    rules = Rules(connection, table, target)
    rules.keys = {rule.columns[0]: rule for rule in table.of_kind("f") if len(rule.columns) == 1}
    rules.names = {column.name: _field_name(column.name, rules) for column in table.columns}
    for rule in table.of_kind("p"):
        # That of a partitioned table has in it what it is partitioned by, which PartitionedModel adds.
        if len(rule.columns) == 1 or (table.partition_key and "id" in rule.columns):
            rules.primary = "id" if "id" in rule.columns else rule.columns[0]
        else:
            rules.composite_key = [rules.names[column] for column in rule.columns]
    if not (rules.primary or rules.composite_key):
        rules.notes.append("There is no primary key: give primary_key=True to a field that is unique.")
    for rule in table.of_kind("u"):
        _add_unique(rules, rule)
    for rule in table.of_kind("x"):
        _add_exclusion(rules, rule)
    for rule in table.of_kind("c"):
        if rule.name not in rules.implied:
            _add_check(rules, rule)
    rules.notes += [f"{rule.name}: {rule.definition}" for rule in table.of_kind("f") if len(rule.columns) > 1]
    for index in table.indexes:
        _add_index(rules, index)
    return rules


def _field_name(column: str, rules: Rules) -> str:
    name = column.removesuffix("_id") if column in rules.keys else column
    name = re.sub(r"_+", "_", re.sub(r"\W", "_", name)).strip("_").lower() or "field"
    return f"field_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name


def _signed(column: str, names: dict[str, str]) -> str:
    bare = column.removeprefix("-")
    return f"-{names[bare]}" if column.startswith("-") else names[bare]


def _add_unique(rules: Rules, rule: Rule) -> None:
    first, plain = rule.columns[0], not rule.deferrable and "NULLS NOT" not in rule.definition
    ours = {rules.automatic(first, "_uniq"), f"{rules.table.name}_{first}_key"}
    if len(rule.columns) == 1 and plain and rule.name in ours:
        rules.unique.add(first)
        return
    options = {"fields": rules.fields(rule.columns), "name": repr(rule.name)}
    if rule.deferrable:
        options["deferrable"] = f"models.Deferrable.{'DEFERRED' if rule.deferred else 'IMMEDIATE'}"
    if "NULLS NOT DISTINCT" in rule.definition:
        options["nulls_distinct"] = "False"
    rules.constraints.append(Code("models.UniqueConstraint", [], options))
    if " INCLUDE " in rule.definition:
        rules.notes.append(f"{rule.name}: {rule.definition}")


def _add_check(rules: Rules, rule: Rule) -> None:
    condition = rule.definition.removesuffix(" NOT VALID").removeprefix("CHECK (").removesuffix(")")
    for column in rule.columns:
        alone = rule.name == f"{rules.table.name}_{column}_check"
        if alone and condition in {f"({column} >= 0)", f"({quote(column)} >= 0)"}:
            rules.positive.add(column)
            return
    raw = f"RawSQL({condition.replace('%', '%%')!r}, (), output_field=models.BooleanField())"
    rules.constraints.append(Code("models.CheckConstraint", [], {"condition": raw, "name": repr(rule.name)}))


def _add_exclusion(rules: Rules, rule: Rule) -> None:
    match = _OVERLAP.fullmatch(rule.definition)
    keys = (
        [part.removesuffix(" WITH =") for part in (match["keys"] or "").split(", ") if part] if match else []
    )
    columns = [*keys, *(filter(None, [match["range"], match["start"], match["end"]]) if match else [])]
    if match is None or rule.deferrable or not all(column in rules.names for column in columns):
        rules.notes.append(f"{rule.name}: {rule.definition}")
        return
    options = {"name": repr(rule.name)}
    options |= {"bounds": repr(match["bounds"])} if match["bounds"] == "[]" else {}
    arguments = [repr(rules.names[column]) for column in columns]
    rules.constraints.append(Code("constraints.NoOverlap", arguments, options))
    rules.implied.add(shorten(f"{rule.name}_period"))


def _add_index(rules: Rules, index: IndexRow) -> None:
    first = index.columns[0] if index.columns else ""
    if index.name == rules.automatic(first):
        rules.indexed.add(first)
    elif index.name == rules.automatic(first, "_like"):
        return
    elif index.is_unique and index.condition == ALIVE and not index.has_expressions:
        options = {"fields": rules.fields(index.columns), "name": repr(index.name)}
        rules.constraints.append(Code("constraints.UniqueAlive", [], options))
    elif index.condition or index.has_expressions or not index.has_default_classes or index.is_unique:
        rules.notes.append(index.definition)
    elif index.method == "btree" or index.method in METHODS:
        known = METHODS.get(index.method)
        name = f"postgres_indexes.{known}" if known else "models.Index"
        options = {"fields": rules.fields(index.columns), "name": repr(index.name)}
        rules.indexes.append(Code(name, [], options))
    else:
        rules.notes.append(index.definition)
