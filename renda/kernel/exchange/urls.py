from django.urls import path

from renda.kernel.exchange import views

app_name = "exchange"

urlpatterns = [
    path("", views.quarantine, name="exchange.list"),
    path("<int:pk>/retry/", views.retry, name="exchange.retry"),
    path("<int:pk>/drop/", views.drop, name="exchange.drop"),
]
