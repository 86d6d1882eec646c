from django.urls import path

from renda.kernel.timekeeping import views

app_name = "timekeeping"

urlpatterns = [
    path("", views.deadline_list, name="deadline.list"),
    path("add/", views.add_rule, name="deadline.add_rule"),
    path("<int:pk>/end/", views.end_rule, name="deadline.end_rule"),
    path("hours/add/", views.add_hours, name="deadline.add_hours"),
    path("hours/<int:pk>/end/", views.end_hours, name="deadline.end_hours"),
    path("calendar/", views.calendar, name="calendar.load_year"),
]
