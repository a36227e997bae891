"""URLs of the course."""

from django.urls import path

from courseware.lessons import views

app_name = "lessons"
urlpatterns = [
    path("", views.course, name="course"),
    path("lessons/<slug:slug>/", views.lesson, name="lesson"),
    path("lessons/<slug:slug>/finish/", views.finish, name="finish"),
    path("glossary/", views.glossary, name="glossary"),
]
