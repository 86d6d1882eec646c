from django.urls import path

from renda.kernel.feedback import views

app_name = "feedback"

urlpatterns = [
    path("", views.send, name="feedback.send"),
    path("list/", views.feedback_list, name="feedback.list"),
    path("<int:pk>/handle/", views.handle, name="feedback.handle"),
]
