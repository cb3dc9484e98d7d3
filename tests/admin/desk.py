"""A second admin site, where the models of the tests have ModelAdmins of every kind."""

# mypy: disable-error-code="type-arg"
# Django's admin classes are generic in their stubs alone.

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import path

from django_schemapatterns.admin import AuditAdminMixin, AuditLogAdmin
from django_schemapatterns.models import AuditLog
from example_project.accounts.models import User
from tests.testapp.models import (
    Article,
    ArticleProxy,
    Author,
    Book,
    DateKeyed,
    Everything,
    Restaurant,
    Tag,
    TextKeyed,
    Ticket,
    UuidKeyed,
)

desk = admin.AdminSite(name="desk")
desk.register(AuditLog, AuditLogAdmin)
desk.register([User, Group, Permission, Everything, TextKeyed, Ticket, UuidKeyed, DateKeyed, Restaurant])


@admin.register(Article, site=desk)
class ArticleAdmin(AuditAdminMixin, admin.ModelAdmin):
    """Hides the price."""

    fields = ["title", "body", "secret", "tags"]


@admin.register(Author, site=desk)
class AuthorAdmin(admin.ModelAdmin):
    """Shows nobody the author named Hidden."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        hidden = isinstance(obj, Author) and obj.name == "Hidden"
        return not hidden and super().has_view_permission(request, obj)


@admin.register(Book, site=desk)
class BookAdmin(admin.ModelAdmin):
    """Shows everybody the books of the author of the same name."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        books: QuerySet[Any] = super().get_queryset(request)
        user: Any = request.user
        return books if user.is_superuser else books.filter(author__name=user.username)


@admin.register(Tag, site=desk)
class TagAdmin(admin.ModelAdmin):
    """Has a History page of its own."""

    object_history_template = "admin/object_history.html"


counter = admin.AdminSite(name="counter")
counter.register(AuditLog, AuditLogAdmin)


@admin.register(ArticleProxy, site=counter)
class ArticleProxyAdmin(admin.ModelAdmin):
    """Stands for a model that has no ModelAdmin on this site."""

    fields = ["title"]


@admin.register(Everything, site=counter)
class EverythingAdmin(admin.ModelAdmin):
    """Hides most."""

    fields = ["text"]


urlpatterns = [path("admin/", admin.site.urls), path("desk/", desk.urls), path("counter/", counter.urls)]
