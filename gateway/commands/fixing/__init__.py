"""What `fix` is made of: the file that was sent, the lines to send again, the files to write."""
