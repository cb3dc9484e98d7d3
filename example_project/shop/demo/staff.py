"""The people who work in the shop, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission

from example_project.accounts.models import Role, User, UserRole

PASSWORD = "demo"  # noqa: S105 - printed by the command


@dataclass(frozen=True)
class Colleague:
    """A member of staff with a desk: the address and the browser that the audit log will show."""

    username: str
    first_name: str
    last_name: str
    role: str
    ip_address: str
    user_agent: str


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari"

ANNA = Colleague("anna", "Anna", "Lindqvist", "Catalog", "10.20.0.31", FIREFOX)
BEN = Colleague("ben", "Ben", "Okafor", "Warehouse", "10.20.0.57", SAFARI)
CARLA = Colleague("carla", "Carla", "Mendes", "Support", "10.20.0.44", CHROME)
DMITRI = Colleague("dmitri", "Dmitri", "Novak", "Purchasing", "10.20.0.12", FIREFOX)
STAFF = [ANNA, BEN, CARLA, DMITRI]

CATALOG = ["category", "brand", "product", "productvariant", "productpromotion"]
PERMISSIONS: dict[str, dict[str, list[str]]] = {
    "Catalog": {
        "view": [*CATALOG, "vendor"],
        "add": CATALOG,
        "change": CATALOG,
        "delete": CATALOG,
        "restore": ["product", "productvariant", "productpromotion"],
    },
    "Warehouse": {
        "view": ["order", "orderitem", "product", "productvariant"],
        "change": ["order", "productvariant"],
    },
    "Support": {
        "view": ["order", "orderitem", "product", "user", "contact"],
        "add": ["contact"],
        "change": ["order", "user", "contact"],
        "delete": ["contact", "user", "userprofile"],
        "restore": ["user", "userprofile"],
    },
    "Purchasing": {
        "view": [*CATALOG, "vendor"],
        "add": ["vendor", "product"],
        "change": ["vendor", "product"],
    },
}


def hire() -> None:
    """Bring in the staff, with a role that says what they are and a group that says what they may do."""
    password = make_password(PASSWORD)
    for colleague in STAFF:
        user = User.objects.create(
            username=colleague.username,
            email=f"{colleague.username}@shop.example",
            first_name=colleague.first_name,
            last_name=colleague.last_name,
            password=password,
            email_verified=True,
            is_staff=True,
        )
        user.groups.add(group(colleague.role))
        UserRole.objects.create(user=user, role=role(colleague.role))


def role(name: str) -> Role:
    codenames = sorted(f"{verb}_{model}" for verb, models in PERMISSIONS[name].items() for model in models)
    found, _ = Role.objects.get_or_create(
        name=name, defaults={"description": f"{name} team", "permissions": codenames}
    )
    return found


def group(name: str) -> Group:
    found, created = Group.objects.get_or_create(name=name)
    if created:
        found.permissions.set(Permission.objects.filter(codename__in=role(name).permissions))
    return found
