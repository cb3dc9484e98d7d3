"""Read and write settings."""

from __future__ import annotations

from typing import Any, TypeVar, overload

from asgiref.sync import sync_to_async
from django.db import router

from django_schemapatterns.appsettings import cache
from django_schemapatterns.appsettings.kinds import Kind
from django_schemapatterns.appsettings.models import ApplicationSetting
from django_schemapatterns.appsettings.registry import Setting, find, registered
from django_schemapatterns.exceptions import WrongSetting

T = TypeVar("T")


@overload
def get_setting(setting: Setting[T]) -> T: ...
@overload
def get_setting(setting: str) -> Any: ...
def get_setting(setting: Setting[Any] | str) -> Any:
    """
    Return the value of a registered setting, of its type; the default while nobody has set it.

        get_setting("shop.page_size")

    Raises UnknownSetting, and WrongSetting when the row holds something of another type.
    """
    return _value(cache.current(), setting if isinstance(setting, str) else setting.name)


async def aget_setting(setting: Setting[Any] | str) -> Any:
    """Return the value of a registered setting, from asynchronous code."""
    read: Any = get_setting
    return await sync_to_async(read)(setting)


def set_setting(setting: Setting[Any] | str, value: Any, *, using: str | None = None) -> None:
    """
    Set a registered setting.

        set_setting("shop.page_size", 50)

    Raises UnknownSetting, and ValidationError when the setting can not have the value.
    """
    known = find(setting) if isinstance(setting, str) else setting
    _write(known, known.clean(value), using)


def reset_setting(setting: Setting[Any] | str, *, using: str | None = None) -> None:
    """Let a registered setting have its default again."""
    _write(find(setting) if isinstance(setting, str) else setting, None, using)


aset_setting = sync_to_async(set_setting)
areset_setting = sync_to_async(reset_setting)


def public_settings() -> dict[str, Any]:
    """Return the values of the settings that everybody may know, by name."""
    return {name: get_setting(name) for name, setting in registered().items() if setting.is_public}


def _value(snapshot: cache.Snapshot, name: str) -> Any:
    try:
        return snapshot.values[name]
    except KeyError:
        pass
    setting = find(name)
    value = read_value(setting, snapshot.rows.get(name))
    if setting.codec.kind != Kind.JSON:  # a document could be changed by whoever gets it
        snapshot.values[name] = value
    return value


def read_value(setting: Setting[Any], stored: Any) -> Any:
    """Return what a row holds as a value of the setting's type."""
    if stored is None:
        return setting.codec.from_json(setting.codec.to_json(setting.default))
    try:
        return setting.codec.read(stored)
    except ValueError as error:
        shown = "what it holds" if setting.is_secret else repr(stored)
        raise WrongSetting(
            f"The setting {setting.name} is of type {setting.type.__name__}, and {shown} is not. "
            "Change it in the admin, or by set_setting()."
        ) from (None if setting.is_secret else error)


def _write(setting: Setting[Any], stored: Any, using: str | None) -> None:
    row = as_row(setting)
    row.stored = stored
    written = ["kind", "value", "secret_value", "is_secret", "is_public"]
    ApplicationSetting.objects.using(using or router.db_for_write(ApplicationSetting)).bulk_create(
        [row], update_conflicts=True, unique_fields=["category", "key"], update_fields=written
    )


def as_row(setting: Setting[Any]) -> ApplicationSetting:
    """Return the row of a registered setting that has its default."""
    return ApplicationSetting(
        category=setting.category,
        key=setting.key,
        kind=setting.codec.kind,
        description=str(setting.description),
        is_public=setting.is_public,
        is_secret=setting.is_secret,
    )
