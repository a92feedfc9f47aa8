"""Signing in and out, and one's sessions, as pages that work without a script.

`create_app` (app.py) gives the Flask application; `Shell` (shell.py) is what other doors of it use.
"""
