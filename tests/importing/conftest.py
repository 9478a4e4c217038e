"""Lets these tests import the files that they share with others; tests are no package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
