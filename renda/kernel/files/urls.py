from django.urls import path

from renda.kernel.files import views

urlpatterns = [
    path("<int:key>/", views.file_download, name="file.download"),
    path("<int:key>/thumb/", views.file_thumb, name="file.thumb"),
]
