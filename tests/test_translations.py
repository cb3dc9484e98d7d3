"""Every string that is marked for people is in each catalogue, which is compiled as it is written."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation.template import templatize

import django_schemapatterns
from django_schemapatterns.models import AuditLog

PACKAGE = Path(django_schemapatterns.__file__).parent
LANGUAGES = sorted(folder.name for folder in (PACKAGE / "locale").iterdir())
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
MARKS_WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
TEXT = r"""\s*u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"),?"""
CALL = re.compile(rf"\b(?:_|n?p?gettext)\((?:{TEXT})+")
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def marked(code: str) -> Iterator[str]:
    """The keys under which a catalogue has what Python marks."""
    for node in ast.walk(ast.parse(code)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
        if node.func.id in MARKS and texts:
            yield str(texts[0])
        elif node.func.id in MARKS_WITH_CONTEXT:
            yield f"{texts[0]!s}\x04{texts[1]!s}"


def strings() -> set[str]:
    found = {each for file in PACKAGE.rglob("*.py") for each in marked(file.read_text())}
    for file in PACKAGE.glob("templates/**/*.html"):
        for call in CALL.findall(templatize(file.read_text())):
            found.update(marked(f"{call})".strip()))
    return found


def compiled(language: str) -> dict[str, list[str]]:
    """The texts by their keys; of a plural all forms."""
    with (PACKAGE / "locale" / language / "LC_MESSAGES/django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    texts: dict[str, list[str]] = {}
    for key, text in catalogue.items():
        texts.setdefault(key[0] if isinstance(key, tuple) else key, []).append(text)
    return texts


def written(language: str) -> dict[str, list[str]]:
    """The same, as the source of the catalogue says it."""
    source = (PACKAGE / "locale" / language / "LC_MESSAGES/django.po").read_text()
    texts: dict[str, list[str]] = {}
    for entry in source.split("\n\n"):
        lines = re.findall(r'^(msg\S+) ((?:".*"\n?)+)', entry, re.MULTILINE)
        said = {name: "".join(map(ast.literal_eval, text.splitlines())) for name, text in lines}
        key = f"{said['msgctxt']}\x04{said['msgid']}" if "msgctxt" in said else said["msgid"]
        texts[key] = [text for name, text in said.items() if name.startswith("msgstr")]
    return texts


def places(text: str) -> list[str]:
    return sorted(PLACES.findall(text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_marked_string_is_translated(language: str) -> None:
    texts = written(language)

    assert strings() == texts.keys() - {""}
    assert all(all(forms) for forms in texts.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_filled_in_is_the_same(language: str) -> None:
    texts = {key: forms[0] for key, forms in written(language).items() if len(forms) == 1}

    assert {key: text for key, text in texts.items() if places(key) != places(text)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_what_is_written(language: str) -> None:
    texts = {"": None}  # the header, of which msgfmt leaves some lines out

    assert {**compiled(language), **texts} == {**written(language), **texts}


def test_django_finds_the_catalogue() -> None:
    with translation.override("de"):
        assert str(AuditLog._meta.verbose_name) == "Eintrag im Änderungsprotokoll"
