"""What `demo` shows: an installation of its own, a real server, and what it must answer."""
