"""What the database says about a broken rule, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from django_schemapatterns.attributes.constraints import AttributesRule
from django_schemapatterns.exceptions import RuleBroken

if TYPE_CHECKING:
    from django.db.models import Model


@contextmanager
def explained(model: type[Model]) -> Iterator[None]:
    """Turn the violation of a rule of attributes into RuleBroken, which names the attribute and the rule."""
    try:
        yield
    except IntegrityError as error:
        rule = _rule(model, getattr(error.__cause__, "diag", None))
        if rule is None:
            raise
        broken = RuleBroken(f"{model._meta.label}.{rule.field}: {rule.get_violation_error_message()}")
        broken.constraint, broken.field, broken.attribute = rule.name, rule.field, rule.attribute
        raise broken from error


def _rule(model: type[Model], diagnosis: Any) -> AttributesRule | None:
    rules = {each.name: each for each in model._meta.constraints if isinstance(each, AttributesRule)}
    return rules.get(getattr(diagnosis, "constraint_name", None) or "")
