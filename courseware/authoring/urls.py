"""URLs of instructors."""

from django.urls import path

from courseware.authoring import views

app_name = "authoring"
urlpatterns = [
    path("", views.lessons, name="lessons"),
    path("lessons/<slug:slug>/", views.edit, name="edit"),
]
