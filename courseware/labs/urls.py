"""URLs of the labs."""

from django.urls import path

from courseware.labs import views

app_name = "labs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.lab, name="lab"),
]
