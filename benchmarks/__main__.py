"""Print the table of benchmarks."""

from benchmarks.decide import measure_decide
from benchmarks.pricing import measure_pricing
from benchmarks.replay import measure_replay
from benchmarks.routing import measure_routing
from benchmarks.sena import measure_sena
from benchmarks.table import print_table

print_table([*measure_replay(), *measure_decide(), *measure_sena(), *measure_routing(), *measure_pricing()])
