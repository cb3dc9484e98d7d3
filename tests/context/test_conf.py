"""The one setting."""

from __future__ import annotations

from dataclasses import fields
from ipaddress import ip_network
from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from django_schemapatterns import conf
from django_schemapatterns.exceptions import ConfigurationError


def test_defaults() -> None:
    held = conf.get()

    assert (held.trusted_proxies, held.request_id_header, held.audit_partitions_ahead) == (0, None, 3)


def test_every_option_has_a_sentence() -> None:
    for option in fields(conf.Settings):
        assert option.metadata["sentence"].endswith(".")


def test_options_are_read_and_undone_with_the_setting() -> None:
    with override_settings(SCHEMAPATTERNS={"TRUSTED_PROXIES": ["10.0.0.1/8", "2001:db8::/32"]}):
        assert conf.get().trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))
        assert conf.get() is conf.get()
        with override_settings(SCHEMAPATTERNS={"TRUSTED_PROXIES": 2, "REQUEST_ID_HEADER": "X-Request-ID"}):
            assert conf.get().trusted_proxies == 2
            assert conf.get().request_id_header == "X-Request-ID"

    assert conf.get().trusted_proxies == 0
    assert conf.get().request_id_header is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"TRUSTED_PROXY": 1},
            "SCHEMAPATTERNS has no option 'TRUSTED_PROXY'. Did you mean 'TRUSTED_PROXIES'?",
        ),
        ({"trusted_proxies": 1}, "no option 'trusted_proxies'. Did you mean 'TRUSTED_PROXIES'?"),
        ({"ZZZ": 1}, "no option 'ZZZ'. Its options are"),
        ({7: 1}, "no option 7. Its options are"),
        (["TRUSTED_PROXIES"], "SCHEMAPATTERNS must be a dict, not ['TRUSTED_PROXIES']."),
        (None, "SCHEMAPATTERNS must be a dict, not None."),
        (
            {"TRUSTED_PROXIES": -1},
            "SCHEMAPATTERNS['TRUSTED_PROXIES'] must be the number of proxies, or",
        ),
        ({"TRUSTED_PROXIES": True}, "SCHEMAPATTERNS['TRUSTED_PROXIES'] must be"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8"}, "SCHEMAPATTERNS['TRUSTED_PROXIES'] must be"),
        ({"TRUSTED_PROXIES": ["10.0.0.0/99"]}, "must be the number of proxies, or a list of networks"),
        ({"TRUSTED_PROXIES": [7]}, "not [7]."),
        ({"REQUEST_ID_HEADER": 7}, "SCHEMAPATTERNS['REQUEST_ID_HEADER'] must be the name of an HTTP header"),
        ({"REQUEST_ID_HEADER": " "}, "not ' '."),
        ({"AUDIT_PARTITIONS_AHEAD": "3"}, "must be a whole number, 0 or more, not '3'."),
        ({"AUDIT_PARTITIONS_AHEAD": 1.5}, "must be a whole number, 0 or more, not 1.5."),
    ],
)
def test_mistake_is_named_with_what_would_be_right(given: Any, message: str) -> None:
    with override_settings(SCHEMAPATTERNS=given), pytest.raises(ConfigurationError) as caught:
        conf.get()

    assert message in str(caught.value)
    assert isinstance(caught.value, ImproperlyConfigured)


def test_check_tells_at_the_start_what_is_wrong() -> None:
    with override_settings(SCHEMAPATTERNS={"TRUSTED_PROXYS": 1}):
        [message] = [each for each in checks.run_checks() if each.id == "schemapatterns.E004"]

    assert "Did you mean 'TRUSTED_PROXIES'?" in message.msg
