"""The example project with django-unfold, which replaces every template of the admin."""

from example_project.settings import *  # noqa: F403
from example_project.settings import INSTALLED_APPS as APPS

INSTALLED_APPS = ["unfold", *APPS]
