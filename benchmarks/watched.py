"""Run a command and tell what it took, as JSON on standard output.

    python -S -E benchmarks/watched.py COMMAND...

A process of its own, because the peak memory that the system tells of a child is at least what its parent had
when it started it; this one has next to nothing.
"""

import json
import os
import sys
import time


def main() -> None:
    """Run the command, its own output thrown away; exit as it did."""
    started = time.perf_counter()
    nothing = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=nothing)
    _, status, usage = os.wait4(pid, 0)
    facts = {
        "wall_s": time.perf_counter() - started,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss / 1024,
    }
    print(json.dumps(facts))
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
