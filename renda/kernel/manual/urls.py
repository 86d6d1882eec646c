"""The manual's addresses, mounted at ``/help/``."""

from django.urls import path

from renda.kernel.manual import views

app_name = "manual"

urlpatterns = [
    path("", views.chapter, name="first"),
    path("<slug:key>/", views.chapter, name="chapter"),
]
