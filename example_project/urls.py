"""The admin for staff, and the orders of whoever logs in."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.generic import RedirectView

from example_project.shop.views import MyOrder, MyOrders

admin.site.site_header = admin.site.site_title = "Pattern Shop"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("orders/", MyOrders.as_view(), name="orders"),
    path("orders/<int:pk>/", MyOrder.as_view(), name="order"),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]
