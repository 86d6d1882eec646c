"""What of the kit the public zone needs, mounted at ``/ui/`` there."""

from django.urls import path

from renda.kernel.ui import views

app_name = "ui"

urlpatterns = [
    path("elder/", views.elder, name="elder"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
