"""What `check` is made of: the server's engine offline, places in the file, four reports."""
