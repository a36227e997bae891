"""URLs of the labs."""

from django.urls import path

from courseware.labs import run_views, views, word_views

app_name = "labs"
urlpatterns = [
    path("", views.index, name="index"),
    path("instructions/", views.instructions, name="instructions"),
    path("words.json", word_views.words, name="words"),
    path("<slug:slug>/", views.lab, name="lab"),
    path("<slug:slug>/runs/", run_views.runs, name="runs"),
    path("<slug:slug>/compare/", run_views.compare, name="compare"),
]
