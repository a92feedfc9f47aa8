"""The golden kit, `specs/examples/`: cases that the real gateway judged, for vendors to test with.

`python -m tests.golden` writes it anew; `test_kit.py` fails where the committed files differ.
"""
