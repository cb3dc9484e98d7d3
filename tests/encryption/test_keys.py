"""Where keys come from, and what is said when they do not."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from django_schemapatterns import conf
from django_schemapatterns.encryption import generate_key, keys
from django_schemapatterns.exceptions import ConfigurationError, UnknownKey
from tests.encryption.tools import NEW, OLD, reported, ring

RAW = bytes(range(32))


def from_kms() -> dict[str, bytes]:
    return {"kms-1": RAW}


def one_key() -> bytes:
    return RAW


def same(**sources: Any) -> bool:
    """Tell whether a source gives the key that the bytes are."""
    with ring(k=RAW):
        expected = keys.ring("pii").primary("p").index_of(b"x", 32)
    with ring(**sources):
        return keys.ring("pii").primary("p").index_of(b"x", 32) == expected


@pytest.mark.parametrize(
    "source",
    [
        OLD,
        OLD.replace("+", "-").replace("/", "_"),
        f" {OLD}\n",
        bytearray(RAW),
        one_key,
        "tests.encryption.test_keys.one_key",
    ],
)
def test_a_key_is_bytes_text_or_what_a_function_returns(source: Any) -> None:
    assert same(k=source)


def test_a_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PII_KEY_2026", OLD)

    assert same(k="env:PII_KEY_2026")


@pytest.mark.parametrize("content", [RAW, OLD.encode(), OLD.encode() + b"\n"])
def test_a_key_comes_from_a_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)

    assert same(k=f"file:{tmp_path / 'key'}")


@pytest.mark.parametrize("source", [from_kms, "tests.encryption.test_keys.from_kms"])
def test_a_ring_comes_from_a_function(settings: Any, source: Any) -> None:
    settings.SCHEMAPATTERNS = {"ENCRYPTION_KEYS": {"pii": source}}

    assert keys.ring("pii").ids == ["kms-1"]


def test_the_first_key_encrypts() -> None:
    with ring(new=NEW, old=OLD):
        assert (keys.ring("pii").primary_id, keys.ring("pii").ids) == ("new", ["new", "old"])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (OLD[:20], "is 15 bytes long, and must be 32"),
        (b"short", "is 5 bytes long"),
        (base64.b64encode(b"a" * 32).decode(), "is not random"),
        ("not base64!", "is no base64"),
        ("env:NOT_SET_ANYWHERE", "environment variable NOT_SET_ANYWHERE, which is not set"),
        ("file:/nowhere/key", "is in the file /nowhere/key, which can not be read"),
        ("mysite.keys.pii", "names a function that can not be imported"),
        (42, "must be bytes, or text in base64"),
    ],
)
def test_a_wrong_key_is_told_without_showing_it(source: Any, said: str) -> None:
    with ring(k=source), pytest.raises(ConfigurationError) as error:
        keys.ring("pii")

    assert said in str(error.value)
    assert "SCHEMAPATTERNS[\"ENCRYPTION_KEYS\"]['pii']['k']" in str(error.value)
    assert OLD[:20] not in str(error.value)


@pytest.mark.parametrize(
    ("rings", "said"),
    [
        ({"pi": {"k": OLD}}, "has no ring 'pii'. Did you mean 'pi'? It has pi."),
        ({}, "has no ring 'pii'. It is empty."),
        ({"pii": {}}, "must hold at least one key"),
        ({"pii": {"ü": OLD}}, "'ü' can not be the id of a key"),
        ([OLD], "must be a dict of rings of keys"),
        ({3: {"k": OLD}}, "must be a dict of rings of keys"),
    ],
)
def test_a_wrong_ring_is_told_without_showing_keys(settings: Any, rings: Any, said: str) -> None:
    settings.SCHEMAPATTERNS = {"ENCRYPTION_KEYS": rings}

    with pytest.raises(ConfigurationError) as error:
        keys.ring("pii")

    assert said in str(error.value)
    assert OLD not in str(error.value)


def test_nothing_that_shows_settings_shows_keys() -> None:
    with ring(k=OLD):
        assert OLD not in repr(conf.get())
        assert repr(keys.ring("pii")) == "<KeyRing pii: k>"
        assert OLD not in repr(vars(keys.ring("pii").primary("p"))["key_id"])


def test_a_ring_is_read_again_for_a_key_that_it_does_not_have(settings: Any, monkeypatch: Any) -> None:
    rings = [{"new": NEW}, {"new": NEW, "old": OLD}]
    asked = []

    def source() -> dict[str, str]:
        asked.append(1)
        return rings[len(asked) - 1]

    settings.SCHEMAPATTERNS = {"ENCRYPTION_KEYS": {"pii": source}}
    keys.ring("pii")

    with pytest.raises(UnknownKey):
        keys.subkeys("pii", "old", "p")  # just read: rubbish in a column does not make us ask again and again
    assert len(asked) == 1

    monkeypatch.setattr(keys, "RELOAD_SECONDS", 0)
    assert keys.subkeys("pii", "old", "p").key_id == "old"
    assert len(asked) == 2


def test_a_ring_stays_while_its_source_does_not_answer(settings: Any, monkeypatch: Any) -> None:
    asked = []

    def source() -> dict[str, str]:
        asked.append(1)
        if len(asked) > 1:
            raise OSError("KMS is away")
        return {"new": NEW}

    settings.SCHEMAPATTERNS = {"ENCRYPTION_KEYS": {"pii": source}}
    keys.ring("pii")
    monkeypatch.setattr(keys, "RELOAD_SECONDS", 0)
    with pytest.raises(ConfigurationError, match=r"\['pii'\]: .*source\(\) has failed: KMS is away"):
        keys.subkeys("pii", "old", "p")
    monkeypatch.setattr(keys, "RELOAD_SECONDS", 60)

    assert keys.subkeys("pii", "new", "p").key_id == "new"
    with pytest.raises(UnknownKey):
        keys.subkeys("pii", "old", "p")
    assert len(asked) == 2


def test_threads_may_ask_for_a_ring_at_once(settings: Any) -> None:
    settings.SCHEMAPATTERNS = {"ENCRYPTION_KEYS": {"pii": from_kms}}
    start = threading.Barrier(8)

    def index(number: int) -> bytes:
        start.wait(30)
        return keys.ring("pii").primary(f"place {number % 2}").index_of(b"x", 16)

    for _ in range(20):
        keys.forget()
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(index, range(8)))) == 2


@pytest.mark.parametrize("source", [OLD[:-4], b"x" * 31, f"{OLD}!", "env:WRONG_KEY"])
def test_reports_of_errors_show_no_keys(monkeypatch: pytest.MonkeyPatch, source: Any) -> None:
    monkeypatch.setenv("WRONG_KEY", OLD[:-4])
    with ring(k=NEW, wrong=source):
        try:
            keys.ring("pii")
        except ConfigurationError:
            report = reported()

    for leak in (OLD[:20], NEW[:20], "xxxxx"):
        assert leak not in report


def test_a_generated_key_is_one() -> None:
    assert same(k=OLD)
    with ring(k=generate_key()):
        assert keys.ring("pii").ids == ["k"]
    assert generate_key() != generate_key()


def test_the_example_has_a_ring() -> None:
    given: Any = django_settings.SCHEMAPATTERNS["ENCRYPTION_KEYS"]
    assert list(given) == ["pii"]
