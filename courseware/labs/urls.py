"""URLs of the labs."""

from django.urls import path

from courseware.labs import views

app_name = "labs"
urlpatterns = [
    path("", views.index, name="index"),
    path("instructions/", views.instructions, name="instructions"),
    path("<slug:slug>/", views.lab, name="lab"),
]
