"""The kit's addresses, mounted at ``/ui/``."""

from django.urls import path

from renda.kernel.ui import gallery, shell, views

app_name = "ui"

urlpatterns = [
    path("elder/", views.elder, name="elder"),
    path("badges/", views.badges, name="badges"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("gallery/", views.in_workshop_only(gallery.gallery), name="gallery"),
    path("gallery/public/", views.in_workshop_only(gallery.public), name="gallery_public"),
    path("gallery/case/", views.in_workshop_only(gallery.case), name="gallery_case"),
    path("gallery/list/", views.in_workshop_only(gallery.listing), name="gallery_list"),
    path("gallery/form/", views.in_workshop_only(gallery.form), name="gallery_form"),
    path("gallery/fault/", views.in_workshop_only(gallery.fault), name="gallery_fault"),
]
