"""URLs of the quizzes."""

from django.urls import path

from courseware.quizzes import regrade_views, set_views, statistics_views, views

app_name = "quizzes"
urlpatterns = [
    path("lessons/<slug:slug>/quiz/", views.quiz, name="quiz"),
    path("lessons/<slug:slug>/quiz/again/", views.again, name="again"),
    path("attempts/<uuid:pk>/", views.attempt, name="attempt"),
    path("attempts/<uuid:pk>/drafts/", views.save, name="save"),
    path("attempts/<uuid:pk>/hand-in/", set_views.hand_in, name="hand_in"),
    path("attempts/<uuid:pk>/questions/<int:position>/", views.answer, name="answer"),
    path("exams/", set_views.index, name="sets"),
    path("exams/<slug:slug>/", set_views.question_set, name="set"),
    path("exams/<slug:slug>/again/", set_views.again, name="set_again"),
    path("teaching/", statistics_views.index, name="teaching"),
    path("teaching/regrades/", regrade_views.regrades, name="regrades"),
    path("teaching/regrades/<int:pk>/", regrade_views.regraded, name="regraded"),
    path("teaching/questions/<slug:identifier>/regrade/", regrade_views.regrade, name="regrade"),
    path("teaching/<slug:kind>/<slug:slug>/", statistics_views.place, name="place"),
    path("teaching/<slug:kind>/<slug:slug>/items.csv", statistics_views.place_csv, name="csv"),
    path(
        "teaching/<slug:kind>/<slug:slug>/<slug:identifier>/",
        statistics_views.question,
        name="question",
    ),
]
