"""The runner: learners' programs run in processes of their own, within hard limits.

``pool`` is the web process's side, ``worker`` the other process's, ``jobs`` what can be asked.
The worker imports no Django: what runs there cannot reach the database or the settings.
"""
