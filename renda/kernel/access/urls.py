from django.urls import path

from renda.kernel.access import views

app_name = "access"

urlpatterns = [
    path("", views.access, name="access.open"),
    path("<int:pk>/close/", views.close, name="access.close"),
]
