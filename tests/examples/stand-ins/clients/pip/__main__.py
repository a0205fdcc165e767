"""Stands in for pip: notes down its arguments, and the index with its token as a hash."""

import os
import sys

from recorder import note

note("pip", arguments=sys.argv[1:], password=os.environ.get("PIP_INDEX_URL", ""))
