"""What of the kit the public zone needs, mounted at ``/ui/`` there."""

from django.urls import path

from renda.kernel.ui import shell, views

app_name = "ui"

urlpatterns = [
    path("elder/", views.elder, name="elder"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("worker.js", shell.worker, name="worker"),
    path("offline/", shell.offline, name="offline"),
]
