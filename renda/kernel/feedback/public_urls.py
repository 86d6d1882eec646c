from django.urls import path

from renda.kernel.feedback import public_views

app_name = "feedback"

urlpatterns = [path("", public_views.send, name="feedback.send")]
