"""What SCHEMAPATTERNS["ROLES"] may hold, and what is said when it does not."""

from __future__ import annotations

from typing import Any

import pytest

from django_schemapatterns import conf
from django_schemapatterns.conf_roles import RoleSet
from django_schemapatterns.exceptions import ConfigurationError


def given(settings: Any, value: object) -> RoleSet | None:
    settings.SCHEMAPATTERNS = {"ROLES": value}
    return conf.get().roles


def test_no_roles_without_the_setting(settings: Any) -> None:
    settings.SCHEMAPATTERNS = {}

    assert conf.get().roles is None


def test_an_empty_dict_stands_for_the_usual_names(settings: Any) -> None:
    roles = given(settings, {})

    assert roles == RoleSet()
    assert roles.groups["readonly"] == "app_readonly"


def test_logins_have_one_group_or_several(settings: Any) -> None:
    roles = given(settings, {"logins": {"web": "readwrite", "migrate": ["owner", "admin"]}})

    assert roles is not None
    assert (roles.kinds_of("web"), roles.kinds_of("migrate")) == (("readwrite",), ("owner", "admin"))
    assert (roles.kinds_of("app_owner"), roles.kinds_of("stranger")) == (("owner",), ())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (["app_owner"], "must be a dict such as"),
        ({"readwite": "x"}, "did you mean 'readwrite'?"),
        ({"owner": "pg_owner"}, "'pg_owner' is none"),
        ({"owner": "x" * 64}, "names that PostgreSQL takes"),
        ({"owner": ""}, "names that PostgreSQL takes"),
        ({"owner": 5}, "names that PostgreSQL takes"),
        ({"owner": "app", "admin": "app"}, "'app' stands twice"),
        ({"logins": {"app_owner": "readonly"}}, "'app_owner' stands twice"),
        ({"logins": ["web"]}, "'logins' is a dict"),
        ({"logins": {"web": "writer"}}, "logins['web'] are among"),
        ({"logins": {"web": ["readwrite", "admin"]}}, "it would pass the policies"),
        ({"logins": {"web": ["readonly", "owner"]}}, "it would pass the policies"),
        ({"logins": {"web": []}}, "is a name or a list of names"),
        ({"schemas": []}, "is a name or a list of names"),
        ({"new_tables": "opn"}, "did you mean 'open'?"),
        ({"audit_log": "everybody"}, "audit_log are among"),
    ],
)
def test_what_is_wrong_is_named(settings: Any, value: object, said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        given(settings, value)

    assert said in str(raised.value)
