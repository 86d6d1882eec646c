from django.urls import path

from renda.kernel.notices import views

urlpatterns = [
    path("", views.notice_list, name="notice.list"),
    path("<int:key>/read/", views.notice_open, name="notice.read"),
    path("read-all/", views.notice_read_all, name="notice.read_all"),
    path("preferences/", views.notice_preferences, name="notice.prefer"),
]
