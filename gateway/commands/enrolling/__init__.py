"""The partner's side of enrolment: its keys, what it pins, what it sends."""
