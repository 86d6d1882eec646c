from django.urls import path

from renda.kernel.personal import views

app_name = "personal"

urlpatterns = [
    path("", views.personal, name="personal.export"),
    path("mine/", views.mine, name="mine"),
    path("mine/copy/", views.copy, name="personal.copy"),
]
