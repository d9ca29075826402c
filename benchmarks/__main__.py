"""Print the table of benchmarks."""

from benchmarks.replay import measure_replay
from benchmarks.table import print_table

print_table(measure_replay())
