"""
Fetch pages of the admin under django-unfold, as the superuser, and print them as JSON by address.

    python -m tests.admin.under_unfold /admin/schemapatterns/auditlog/

A process of its own, as unfold puts another admin site in the place of Django's when it starts.
"""

from __future__ import annotations

import json
import os
import sys

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.admin.unfold_settings"
    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client

    browser = Client(headers={"host": "localhost"})
    browser.force_login(get_user_model()._default_manager.filter(is_superuser=True)[0])
    pages = {}
    for url in sys.argv[1:]:
        response = browser.get(url)
        assert response.status_code == 200, (url, response.status_code)
        pages[url] = response.content.decode()
    json.dump(pages, sys.stdout)


if __name__ == "__main__":
    main()
