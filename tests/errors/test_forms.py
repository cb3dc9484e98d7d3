"""Forms, formsets and views that lose a race, or send what only the database can judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Model
from django.db.models.signals import pre_save
from django.forms import BaseInlineFormSet, BaseModelFormSet, inlineformset_factory, modelformset_factory
from django.test import Client

from django_schemapatterns.forms import DatabaseErrorsFormSet, add_errors
from example_project.shop.models import Category, Contact, Product, ProductVariant
from tests.errors.urls import ContactForm
from tests.example.making import make_product
from tests.softdelete.test_concurrency import Session

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
    }
]


@contextmanager
def somebody_is_faster(model: type[Model], act: Callable[[], Any]) -> Iterator[None]:
    """Do something, once, between the validation of a row and its saving."""
    acted: list[bool] = []

    def now(sender: Any, **kwargs: Any) -> None:
        if not acted:
            acted.append(True)
            act()

    pre_save.connect(now, sender=model)
    try:
        yield
    finally:
        pre_save.disconnect(now, sender=model)


class VariantFormSet(DatabaseErrorsFormSet, BaseInlineFormSet):  # type: ignore[type-arg]
    pass


class CategoryFormSet(DatabaseErrorsFormSet, BaseModelFormSet):  # type: ignore[type-arg]
    pass


@pytest.mark.django_db
def test_form_shows_what_the_database_refuses() -> None:
    form = ContactForm({"email": "kim@example.com", "phone": "+49 30 1234567"})
    assert form.is_valid()
    form.instance.balance = -1

    with pytest.raises(ValidationError):
        form.save()

    assert form.errors == {"__all__": ["Balance: The value must not be negative."]}
    assert form.instance._state.adding
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_form_that_is_refused_can_be_saved_when_the_reason_is_gone() -> None:
    form = ContactForm({"email": "kim@example.com", "phone": "+49 30 1234567"})
    form.instance.balance = -1
    with pytest.raises(ValidationError):
        form.save()

    again = ContactForm(form.data, instance=form.instance)
    again.instance.balance = 1

    assert again.save().pk
    assert Contact.objects.get().balance == 1


@pytest.mark.django_db
def test_form_of_many_rows_shows_the_error_in_the_row_and_saves_none() -> None:
    product = make_product()
    FormSet = inlineformset_factory(Product, ProductVariant, fields=["name", "sku"], formset=VariantFormSet)
    data = {"variants-TOTAL_FORMS": "2", "variants-INITIAL_FORMS": "0"}
    data |= {"variants-0-name": "S", "variants-0-sku": "S", "variants-1-name": "M", "variants-1-sku": "M"}
    formset = FormSet(data, instance=product)
    assert formset.is_valid(), formset.errors

    rival = make_product()
    faster = somebody_is_faster(ProductVariant, lambda: rival.variants.bulk_create([rival_of(rival, "M")]))
    with faster, pytest.raises(ValidationError):
        formset.save()

    assert [list(errors) for errors in formset.errors] == [[], ["sku"]]
    assert not product.variants.exists()


def rival_of(product: Product, sku: str) -> ProductVariant:
    return ProductVariant(product=product, name=sku, sku=sku)


@pytest.mark.django_db
def test_rows_that_are_changed_or_deleted_are_told_as_well() -> None:
    top, low = Category.objects.create(name="A", slug="a"), Category.objects.create(name="B", slug="b")
    FormSet = modelformset_factory(
        Category, fields=["name", "slug"], formset=CategoryFormSet, can_delete=True, extra=0
    )
    data: dict[str, Any] = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2"}
    for place, row in enumerate((top, low)):
        data |= {f"form-{place}-id": row.pk, f"form-{place}-name": row.name, f"form-{place}-slug": row.slug}
    formset = FormSet({**data, "form-1-slug": "taken"}, queryset=Category.objects.order_by("slug"))
    assert formset.is_valid(), formset.errors
    Category.objects.create(name="T", slug="taken")

    with pytest.raises(ValidationError):
        formset.save()

    assert formset.errors == [{}, {"slug": ["Category with this Slug already exists."]}]


@pytest.mark.django_db
def test_error_of_a_field_that_a_form_lacks_names_it() -> None:
    form = ContactForm({})

    add_errors(form, ValidationError({"balance": "Too much.", "email": "No.", "no_such": "Never."}))
    add_errors(form, ValidationError("All wrong."))

    assert form.errors["email"] == ["This field is required.", "No."]
    assert form.errors["__all__"] == ["Balance: Too much.", "no_such: Never.", "All wrong."]


@pytest.mark.django_db
@pytest.mark.urls("tests.errors.urls")
def test_view_shows_its_form_again(settings: Any) -> None:
    settings.TEMPLATES = TEMPLATES
    rival = Category(name="Rival", slug="chairs")

    with somebody_is_faster(Category, lambda: Category.objects.bulk_create([rival])):
        refused = Client().post("/new/", {"name": "Chairs", "slug": "chairs"})

    assert refused.status_code == 200
    assert "Category with this Slug already exists." in refused.text
    assert Client().post("/new/", {"name": "Chairs", "slug": "stools"}).status_code == 302


@pytest.mark.django_db
@pytest.mark.urls("tests.errors.urls")
def test_view_that_deletes_shows_what_is_in_the_way(settings: Any) -> None:
    settings.TEMPLATES = TEMPLATES
    category = Category.objects.create(name="Chairs", slug="chairs")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE shelves (category_id bigint REFERENCES categories)")
        cursor.execute("INSERT INTO shelves SELECT id FROM categories")

    refused = Client().post(f"/old/{category.pk}/")

    assert refused.status_code == 200
    assert "can not be deleted" in refused.text
    assert Category.objects.filter(pk=category.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_form_that_loses_to_another_session_names_the_field() -> None:
    form_class = type("CategoryForm", (ContactForm,), {"Meta": type("Meta", (), FIELDS)})
    form = form_class({"name": "Chairs", "slug": "chairs", "sort_order": "0"})
    assert form.is_valid(), form.errors
    faster = Session()
    faster.run("INSERT INTO categories (name, slug) VALUES ('Rival', 'chairs')")
    faster.commit()
    faster.raw.close()

    with pytest.raises(ValidationError):
        form.save()

    assert form.errors == {"slug": ["Category with this Slug already exists."]}


FIELDS = {"model": Category, "fields": ["name", "slug", "sort_order"]}
