"""URLs of the /cpuinfo/ pages. Lessons link to them: keep them stable."""

from django.urls import path

from courseware.hosts import flag_views, views

app_name = "hosts"
urlpatterns = [
    path("", views.index, name="index"),
    path("samples/<slug:key>/", views.sample, name="sample"),
    path("flags/", flag_views.index, name="flags"),
    path("flags/<slug:name>/", flag_views.flag, name="flag"),
]
