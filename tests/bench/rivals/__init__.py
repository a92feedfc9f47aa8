"""Other servers on the same messages. They parse, turn into objects and answer: no more."""
