"""URLs of the /cpuinfo/ pages. Lessons link to them: keep them stable."""

from django.urls import path

from courseware.hosts import compare_views, flag_views, kept_views, views

app_name = "hosts"
urlpatterns = [
    path("", views.index, name="index"),
    path("samples/<slug:key>/", views.sample, name="sample"),
    path("flags/", flag_views.index, name="flags"),
    path("flags/<slug:name>/", flag_views.flag, name="flag"),
    path("compare/", compare_views.compare, name="compare"),
    path("kept/", kept_views.kept, name="kept"),
    path("kept/<uuid:key>/", kept_views.kept_host, name="kept_host"),
    path("kept/<uuid:key>/rename/", kept_views.rename, name="rename"),
    path("kept/<uuid:key>/share/", kept_views.share, name="share"),
    path("kept/<uuid:key>/revoke/", kept_views.revoke, name="revoke"),
    path("kept/<uuid:key>/delete/", kept_views.delete, name="delete"),
    path("shared/<str:token>/", kept_views.shared, name="shared"),
]
