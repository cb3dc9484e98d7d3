"""Roles that log in as programs do; roles belong to the whole server, so they are made once and stay."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

LOGIN = "rowtests_web"
REPORTS = "rowtests_reports"
ADMIN = "rowtests_admin"
PASSWORD = "rowtests"

_LOGIN = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{login}') THEN
        CREATE ROLE {login} LOGIN PASSWORD '{password}' IN ROLE {group};
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    PERFORM pg_sleep(1);
END $$;
"""
_GRANTS = """
GRANT USAGE ON SCHEMA public, schemapatterns TO app_readwrite, app_readonly, app_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app_readwrite, app_admin;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO app_readonly;
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT oid FROM pg_class WHERE relispartition AND relkind IN ('r', 'p') LOOP
        EXECUTE format('REVOKE ALL ON %s FROM app_readwrite, app_admin, app_readonly', part);
    END LOOP;
END $$;
"""


def make_logins(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for login, group in ((LOGIN, "app_readwrite"), (REPORTS, "app_readonly"), (ADMIN, "app_admin")):
            cursor.execute(_LOGIN.format(login=login, password=PASSWORD, group=group))
        cursor.execute(_GRANTS)
