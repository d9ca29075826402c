"""Print the table of benchmarks: all of them, or those that are named, such as `engine replay`."""

import sys

from benchmarks.cassettes import measure_cassettes
from benchmarks.decide import measure_decide
from benchmarks.engine import measure_engine
from benchmarks.journal import measure_journal
from benchmarks.page import measure_page
from benchmarks.pricing import measure_pricing
from benchmarks.process import measure
from benchmarks.replay import measure_replay
from benchmarks.routing import measure_routing
from benchmarks.sena import measure_sena
from benchmarks.table import print_head, print_row

ALL = {
    "replay": measure_replay,
    "cassettes": measure_cassettes,
    "engine": measure_engine,
    "decide": measure_decide,
    "journal": measure_journal,
    "sena": measure_sena,
    "routing": measure_routing,
    "pricing": measure_pricing,
    "page": measure_page,
}

chosen = sys.argv[1:] or list(ALL)
if unknown := [name for name in chosen if name not in ALL]:
    sys.exit(f"no benchmark {unknown[0]}; there are {', '.join(ALL)}")
print_head()
# What other machines' figures are to be divided by: nothing of this project is in it.
ADDITIONS = "total = 0\nfor number in range(10**7):\n    total += number"
print_row(measure("yardstick: ten million additions, bare Python", [sys.executable, "-S", "-c", ADDITIONS]))
for name in chosen:
    for row in ALL[name]():
        print_row(row)
