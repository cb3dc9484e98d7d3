"""Who is measured: which model of orders each reads, how it is told who acts, and how it is protected."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from django.db import connection, models
from django.db.models import Q

from benchmarks.rowsecurity.signed import signed_contexts
from django_schemapatterns.constraints import Allow, RowSecurity
from django_schemapatterns.context import acting_as, current

APP = "rowbench"


class User(models.Model):
    class Meta:
        managed = False
        app_label = APP
        db_table = "rowbench_user"

    def __str__(self) -> str:
        return str(self.pk)


class AbstractOrder(models.Model):
    user = models.ForeignKey(User, models.CASCADE)
    total = models.DecimalField(max_digits=10, decimal_places=2)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class Order(AbstractOrder):
    class Meta:
        managed = False
        app_label = APP
        db_table = "rowbench_order"


def nobody(user: int) -> AbstractContextManager[Any]:
    return nullcontext()


@dataclass(frozen=True)
class Contender:
    """
    One way to show a user their orders.

    role: that its connection logs in as.  acting: says who acts.  protect: makes the policies, for that role.
    manager: of the model.  told: who acts is told once for the session, which is cheaper, and leaks.
    around: what holds while it is measured.
    """

    name: str
    role: str
    model: Any = Order
    acting: Callable[[int], AbstractContextManager[Any]] = nobody
    protect: Callable[[str], None] | None = None
    manager: str = "objects"
    told: bool = False
    around: Callable[[], AbstractContextManager[Any]] = nullcontext


PLAIN = Contender("WHERE in the query", "rowbench_plain")
TOLD = "nullif(current_setting('app.current_user_id', true), '')"
FORMS = {
    "bare setting": f"user_id = {TOLD}::bigint",
    "wrapped setting": f"user_id = (SELECT {TOLD}::bigint)",
    "flag or owner": "CASE WHEN current_setting('app.is_admin', true) = 'true' THEN true "
    f"ELSE user_id = {TOLD}::bigint END",
    "member, by IN": f"user_id IN (SELECT u.id FROM rowbench_user AS u WHERE u.id = {TOLD}::bigint)",
    "volatile function": "user_id = rowbench_volatile()",
}


def contenders() -> list[Contender]:
    """Return the plain query first, then ours, the peers that are there, and other forms of the policy."""
    forms = [
        Contender(name, f"rowbench_{number}", protect=protect_by(form), told=True)
        for number, (name, form) in enumerate(FORMS.items())
    ]
    return [PLAIN, *ours(), *peers(), *forms]


def ours() -> list[Contender]:
    plain = Contender("RowSecurity and who acts", "rowbench_ours", Order, acting_as, protect_ours)
    return [plain, replace(plain, name="RowSecurity and signed contexts", around=signed_contexts)]


def protect_ours(role: str) -> None:
    own = Allow("own", when=Q(user=current.user_id), to=[role])
    with connection.schema_editor() as editor:
        editor.execute(RowSecurity(own, name="rowbench").create_sql(Order, editor), params=None)


def protect_by(form: str) -> Callable[[str], None]:
    def protect(role: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE POLICY {role} ON rowbench_order TO {role} USING ({form})")

    return protect


def peers() -> list[Contender]:
    """Return the packages that are there, used as their documentation says."""
    found = []
    for module, make in (("django_rls", django_rls), ("django_rls_tenants", django_rls_tenants)):
        if find_spec(module):
            found += make()
        else:
            print(f"{module} is not installed, and left out")
    return found


def django_rls() -> list[Contender]:
    from django_rls.backends.postgresql.base import RLSDatabaseSchemaEditor
    from django_rls.context import rls_context
    from django_rls.models import RLSModel
    from django_rls.policies import UserPolicy

    class RlsOrder(AbstractOrder, RLSModel):
        class Meta:
            managed = False
            app_label = APP
            db_table = "rowbench_order_rls"
            rls_policies = [UserPolicy("own", user_field="user")]

    def protect(role: str) -> None:
        with RLSDatabaseSchemaEditor(connection) as editor:
            editor.enable_rls(RlsOrder)
            editor.force_rls(RlsOrder)
            editor.create_policy(RlsOrder, RlsOrder._rls_policies[0])

    return [
        Contender("django-rls", "rowbench_rls", RlsOrder, lambda user: rls_context(user_id=user), protect)
    ]


def django_rls_tenants() -> list[Contender]:
    from django_rls_tenants.rls.constraints import RLSConstraint
    from django_rls_tenants.tenants.context import tenant_context
    from django_rls_tenants.tenants.models import RLSProtectedModel

    class TenantOrder(AbstractOrder, RLSProtectedModel):
        class Meta:
            managed = False
            app_label = APP
            db_table = "rowbench_order_tenants"
            constraints = [RLSConstraint(field="user", name="rowbench_tenants", tenant_pk_type="bigint")]

    def protect(role: str) -> None:
        [rule] = TenantOrder._meta.constraints
        with connection.schema_editor() as editor:
            editor.execute(rule.create_sql(TenantOrder, editor), params=None)

    package = Contender("django-rls-tenants", "rowbench_tenants", TenantOrder, tenant_context, protect)
    # Its manager filters, too; raw SQL and the way over relations do not.
    return [package, replace(package, name="django-rls-tenants, its policy alone", manager="_base_manager")]
