"""URLs of the app."""

app_name = "quizzes"
urlpatterns: list = []
