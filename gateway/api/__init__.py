"""The doors: thin. They read a request, call the flow, and render what it says."""
