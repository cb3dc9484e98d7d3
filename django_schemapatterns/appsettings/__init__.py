"""
Settings of the application that people change while it runs.

    PAGE_SIZE = appsettings.register("shop.page_size", int, default=20)

    appsettings.get_setting("shop.page_size")
"""

from django_schemapatterns.appsettings.access import (
    aget_setting,
    areset_setting,
    aset_setting,
    get_setting,
    public_settings,
    reset_setting,
    set_setting,
)
from django_schemapatterns.appsettings.registry import Setting, register

__all__ = [
    "Setting",
    "aget_setting",
    "areset_setting",
    "aset_setting",
    "get_setting",
    "public_settings",
    "register",
    "reset_setting",
    "set_setting",
]
