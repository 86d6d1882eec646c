from django.urls import path

from renda.kernel.secrecy import views

app_name = "secrecy"

urlpatterns = [
    path("", views.holding_list, name="secrecy.list"),
    path("<int:pk>/release/", views.decide, {"verb": "release"}, name="secrecy.release"),
    path("<int:pk>/destroy/", views.decide, {"verb": "destroy"}, name="secrecy.destroy"),
]
