"""`manage.py explain_row_security`."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, Error, connections

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.management.commands.prove_row_security import find_witness
from django_schemapatterns.roles.proofs.actors import Actor, read_actor
from django_schemapatterns.roles.proofs.explain import Explanation, Judgement, Question
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.models import Model


class Command(BaseCommand):
    """Asks each policy, then tells."""

    help = (
        "Tell why somebody sees a row or does not: what each policy says about it, and which one decides. "
        "Exits with 0 if the row is seen, with 1 if it is not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", metavar="app.Model")
        parser.add_argument("--pk", required=True, help="of the row")
        parser.add_argument("--user", metavar="USER|JSON", help="who acts: a key, or JSON as for acting_as()")
        parser.add_argument("--tenant", help="for which tenant")
        parser.add_argument("--command", choices=["select", "update", "delete"], default="select")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, metavar="ALIAS", help="the application's")
        parser.add_argument("--witness", metavar="ALIAS", help="a connection that sees all rows")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *, model: str, pk: str, database: str, **options: Any) -> None:
        chosen = model_named(model)
        witness = connections[options["witness"]] if options["witness"] else find_witness(database)
        key: Any = chosen._meta.pk
        question = Question(
            application=connections[database],
            witness=witness or connections[database],
            table=quote(chosen._meta.db_table),
            key=quote(key.column),
            value=read_key(chosen, pk),
            actor=actor_of(options["user"], options["tenant"]),
            command=options["command"],
        )
        try:
            explanation = question.answer()
        except Error as error:
            raise CommandError(str(error)) from error
        self.tell(question, explanation, options["format"])
        if explanation.verdict != "visible":
            raise CommandError(f"{explanation.verdict}: {explanation.reason}", returncode=1)

    def tell(self, question: Question, explanation: Explanation, form: str) -> None:
        if form == "json":
            self.stdout.write(json.dumps(explanation.as_json(), indent=2))
            return
        self.stdout.write(f"{question.table} {question.value}, {question.command} by {question.actor}")
        for each in explanation.judgements:
            self.stdout.write(
                f"  {self.word_of(each):<14} {each.policy} {kind_of(each)}: {each.using or 'no USING'}"
            )
            if each.error:
                self.stdout.write(f"                 {each.error}")
        style = self.style.SUCCESS if explanation.verdict == "visible" else self.style.WARNING
        self.stdout.write(style(f"{explanation.verdict}: {explanation.reason}"))

    def word_of(self, judgement: Judgement) -> str:
        if not judgement.applies:
            return "does not apply"
        return {True: "true", False: "false", None: "error" if judgement.error else "NULL"}[judgement.result]


def kind_of(judgement: Judgement) -> str:
    kind = "allows" if judgement.permissive else "must hold for"
    return f"({kind} {judgement.command} to {', '.join(judgement.roles)})"


def model_named(name: str) -> type[Model]:
    models = {model._meta.label_lower: model for model in apps.get_models(include_auto_created=True)}
    if name.lower() in models:
        return models[name.lower()]
    near = difflib.get_close_matches(name.lower(), models, n=1)
    raise CommandError(f"There is no model {name!r}.{f' Did you mean {near[0]}?' if near else ''}")


def read_key(model: type[Model], text: str) -> Any:
    key: Any = model._meta.pk
    if key.__class__.__name__ == "CompositePrimaryKey":
        raise CommandError(f"{model._meta.label} has a key of several columns, which --pk can not name.")
    try:
        return key.get_prep_value(key.to_python(text))
    except (ValidationError, ValueError) as error:
        raise CommandError(
            f"--pk is {text!r}, which is no {key.verbose_name} of {model._meta.label}."
        ) from error


def actor_of(user: str | None, tenant: str | None) -> Actor:
    try:
        actor = read_actor(user) if user else Actor()
    except ConfigurationError as error:
        raise CommandError(str(error)) from error
    return Actor(actor.user, tenant or actor.tenant, actor.data)
