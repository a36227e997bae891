"""URLs of the quizzes."""

from django.urls import path

from courseware.quizzes import views

app_name = "quizzes"
urlpatterns = [
    path("lessons/<slug:slug>/quiz/", views.quiz, name="quiz"),
    path("lessons/<slug:slug>/quiz/again/", views.again, name="again"),
    path("attempts/<uuid:pk>/", views.attempt, name="attempt"),
    path("attempts/<uuid:pk>/questions/<int:position>/", views.answer, name="answer"),
]
