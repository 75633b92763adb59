"""Draw a flame graph with pyinferno: pyinferno_flame.py FOLDED OUT.svg."""

import sys
from pathlib import Path

from pyinferno import flamegraph_from_lines

source, target = map(Path, sys.argv[1:])
target.write_text(flamegraph_from_lines(source.read_text().splitlines()))
