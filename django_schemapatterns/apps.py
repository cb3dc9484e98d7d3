"""The application."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class SchemaPatternsConfig(AppConfig):
    name = "django_schemapatterns"
    label = "schemapatterns"
    verbose_name = _("Schema patterns")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django_schemapatterns import checks, context
        from django_schemapatterns.appsettings import cache, install as _settings, sync  # noqa: F401 - it declares
        from django_schemapatterns.attributes import install as _attributes  # noqa: F401 - it declares
        from django_schemapatterns.audit import install
        from django_schemapatterns.documentation import install as _documentation  # noqa: F401 - it declares
        from django_schemapatterns.encryption import install as _encryption  # noqa: F401 - it declares
        from django_schemapatterns.partitions import install as _partitions, upkeep  # noqa: F401
        from django_schemapatterns.periods import install as _periods  # noqa: F401 - it declares
        from django_schemapatterns.rowsecurity import install as _row_security, protections
        from django_schemapatterns.schema import adapters, autodetector, editor, unmigrated
        from django_schemapatterns.search import install as _search  # noqa: F401 - it declares
        from django_schemapatterns.softdelete import events, install as _install  # noqa: F401 - they declare
        from django_schemapatterns.softdelete.objects import attach_references
        from django_schemapatterns.timestamps import install as _timestamps  # noqa: F401 - it declares

        attach_references()
        checks.register()
        context.install()
        _row_security.tell_reads()
        cache.install()
        autodetector.compose()
        editor.compose()
        connection_created.connect(adapters.on_connection)
        pre_migrate.connect(unmigrated.before_migrate, sender=self)
        pre_migrate.connect(install.before_migrate, sender=self)
        post_migrate.connect(install.after_migrate, sender=self)
        post_migrate.connect(upkeep.after_migrate, sender=self)
        post_migrate.connect(sync.after_migrate, sender=self)
        post_migrate.connect(unmigrated.after_migrate, sender=self)
        post_migrate.connect(protections.after_migrate, sender=self)
