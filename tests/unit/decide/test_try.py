import time
from pathlib import Path

from evalharness.decide import decide
from evalharness.experiment.assumptions import load_assumptions


def test_x(study, scores, card, assume, cards, rate):
    a = load_assumptions(Path("prompts/assumptions.toml"))
    import datetime as dt

    c2 = cards(
        rate("flash", "1", "4", end=dt.date(2026, 12, 31)),
        rate("flash", "2", "8", start=dt.date(2027, 1, 1)),
        rate("pro", "2", "12"),
    )
    s = study(scores(gain=1.0))
    for k in range(4):
        t = time.time()
        d = decide(s, c2, a)
        print("time", time.time() - t)
    u = d.upgrade
    print(
        u.verdict.ruling,
        u.verdict.binding,
        u.money.roi,
        u.money.roi_at_run_date,
        u.monte_carlo.probability,
        u.dates,
        u.verdict.valid_until,
    )
    for r in u.tornado:
        print(r)
    for r in u.break_evens:
        print(r)
    for c in u.verdict.conditions:
        print(c.name.value, c.value, c.limit, c.met)
    print(u.next)
    import cProfile
    import pstats

    p = cProfile.Profile()
    p.enable()
    decide(s, c2, a)
    p.disable()
    pstats.Stats(p).sort_stats("tottime").print_stats(12)
    t = time.time()
    s = study(scores(n=100000))
    print("build", time.time() - t)
    t = time.time()
    d = decide(s, c2, a)
    print("100k", time.time() - t)
    p = cProfile.Profile()
    p.enable()
    decide(s, c2, a)
    p.disable()
    pstats.Stats(p).sort_stats("tottime").print_stats(22)
