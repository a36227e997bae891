"""Quizzes: attempts at a lesson's questions, graded and kept."""
