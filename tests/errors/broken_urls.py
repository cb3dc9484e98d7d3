"""A view of a project that breaks a rule."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from example_project.shop.models import Contact


def broken(request: HttpRequest) -> HttpResponse:
    Contact.objects.create(email="nobody")
    return HttpResponse()


urlpatterns = [path("broken/", broken)]
