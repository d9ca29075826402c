import time
from evalharness.decide import decide
from evalharness.experiment.assumptions import load_assumptions
def test_x(root, study, scores, card):
    a=load_assumptions(root/'prompts/assumptions.toml'); s=study(scores(n=100000)); m=study(scores())
    for x in (m,m,m,s):
        t=time.perf_counter(); decide(x,card,a); print('time',time.perf_counter()-t)
