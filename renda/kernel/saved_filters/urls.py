from django.urls import path

from renda.kernel.saved_filters import views

urlpatterns = [
    path("", views.filter_list, name="filter.list"),
    path("save/", views.save, name="filter.save"),
    path("<int:pk>/rename/", views.rename, name="filter.rename"),
    path("<int:pk>/share/", views.share, name="filter.share"),
    path("<int:pk>/remove/", views.remove, name="filter.remove"),
]
