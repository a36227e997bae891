"""URLs: each app brings its own; here is only where they hang."""

from django.urls import include, path

from courseware.config.appearance import set_theme

urlpatterns = [
    path("", include("courseware.lessons.urls")),
    path("", include("courseware.quizzes.urls")),
    path("", include("courseware.classes.urls")),
    path("labs/", include("courseware.labs.urls")),
    path("cpuinfo/", include("courseware.hosts.urls")),
    path("authoring/", include("courseware.authoring.urls")),
    path("theme/", set_theme, name="set_theme"),
]
