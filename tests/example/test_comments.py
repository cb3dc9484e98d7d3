"""What the models say of themselves is in the database, for those who read it without them."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.utils import translation

from django_schemapatterns.documentation.comments import summary
from django_schemapatterns.models import DocumentedModel, SchemaDocumentation

pytestmark = pytest.mark.django_db
TABLES = [
    model
    for label in ("accounts", "shop")
    for model in apps.get_app_config(label).get_models()
    if model._meta.managed and not model._meta.proxy
]


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_tables_and_columns_have_the_words_of_their_model(model: Any) -> None:
    columns = SchemaDocumentation.objects.filter(table_schema="public", table_name=model._meta.db_table)
    told = {row.column_name: row.column_comment for row in columns}
    with translation.override(None):
        helped = {
            field.column: field.db_comment or str(field.help_text)
            for field in model._meta.local_concrete_fields
            if field.db_comment or field.help_text
        }

    assert issubclass(model, DocumentedModel)
    assert {row.table_comment for row in columns} == {model._meta.db_table_comment or summary(model)}
    assert {name: told[name] for name in helped} == helped


def test_what_forms_say_is_what_the_database_says() -> None:
    price = SchemaDocumentation.objects.get(
        table_name="products", column_name="compare_price", table_schema="public"
    )

    assert price.column_comment == "The crossed-out price, never below price"
    assert price.table_comment == "What the shop sells"
