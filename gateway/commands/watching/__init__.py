"""What `send --watch` is made of: folders, files that are complete, a journal, the round."""
