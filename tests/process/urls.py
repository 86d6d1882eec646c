from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def slow(request: HttpRequest) -> HttpResponse:
    """Answers after half a second spent in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.5)")
    return HttpResponse("slow")


urlpatterns = [path("slow/", slow), path("", include("renda.site.urls"))]
