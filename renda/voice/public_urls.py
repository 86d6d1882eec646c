"""The public's addresses; mounted in the public zone only. A page that writes is named after its action."""

from __future__ import annotations

from django.urls import path

from renda.voice import public_joining, public_map, public_reading, public_sending, public_views

app_name = "voice"

urlpatterns = [
    path("", public_views.home, name="home"),
    path("deputies/", public_views.deputies, name="deputies"),
    path("deputies/<int:person_id>/", public_views.deputy, name="deputy"),
    path("deputies/<int:person_id>/reception.ics", public_views.deputy_calendar, name="deputy.calendar"),
    path("stations/", public_views.stations, name="stations"),
    path("stations/<int:tenant_id>/<int:station_id>/", public_views.station, name="station"),
    path(
        "stations/<int:tenant_id>/<int:station_id>/reception.ics",
        public_views.station_calendar,
        name="station.calendar",
    ),
    path("map/", public_map.whole, name="map"),
    path("map/<str:code>/", public_map.county, name="map.county"),
    path("map/<str:code>/reception.ics", public_map.county_calendar, name="map.calendar"),
    path("c/<str:code>/", public_sending.code, name="code"),
    path("c/<str:code>/message/", public_sending.submit, name="message.submit"),
    path("c/<str:code>/similar/", public_sending.similar_messages, name="similar"),
    path("published/", public_reading.messages, name="published"),
    path("published/feed.xml", public_reading.feed, name="published.feed"),
    path("published/<int:pk>/", public_reading.message, name="published.page"),
    path("published/<int:pk>/photos/<int:number>.jpg", public_reading.photo, name="published.photo"),
    path("published/<int:pk>/join/", public_joining.join, name="joiner.join"),
    path("sitemap.xml", public_reading.sitemap, name="sitemap"),
    path("robots.txt", public_reading.robots, name="robots"),
    path("receipt/", public_sending.look_up, name="look_up"),
    path("receipt/<str:token>/", public_sending.receipt, name="receipt"),
    path("receipt/<str:token>/rate/", public_sending.rate, name="message.rate"),
    path("receipt/<str:token>/withdraw-consent/", public_sending.withdraw_consent, name="message.withdraw_consent"),
]
