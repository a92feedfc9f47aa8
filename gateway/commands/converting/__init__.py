"""What `convert` is made of: the columns of a CSV, its cells, its rows as lines."""
