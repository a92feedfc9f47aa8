"""The doors: thin. They read a request, call the flow, and render what it says."""

import warnings

# connexion imports Starlette's test client for a method that nobody calls here
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
