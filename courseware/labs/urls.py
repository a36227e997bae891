"""URLs of the labs."""

from django.urls import path

from courseware.labs import views, word_views

app_name = "labs"
urlpatterns = [
    path("", views.index, name="index"),
    path("instructions/", views.instructions, name="instructions"),
    path("words.json", word_views.words, name="words"),
    path("<slug:slug>/", views.lab, name="lab"),
]
