"""Writes significance.json: resampling results of sacrebleu and scipy, for BootstrapTest and McNemarTest.

    pip install sacrebleu==2.6.0 scipy==1.17.1
    python tests/golden/eval/make_significance.py

`exact` holds sacrebleu's paired bootstrap over written-down resamples, in double precision (sacrebleu itself sums in
float32); `sacrebleu` and `scipy` hold what those libraries print with resamples of their own.
"""
import json
import logging
import pathlib
import random

import numpy
import sacrebleu
import scipy
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest, _compute_p_value

logging.getLogger("sacrebleu").setLevel(logging.ERROR)
random.seed(7)
HERE = pathlib.Path(__file__).parent
WORDS = "the a cat dog sat ran on under mat tree 고양이 개 나무 아래 and then quickly home , .".split()

references = [" ".join(random.choices(WORDS, k=random.randrange(5, 14))) for _ in range(40)]


def damaged(share):
    return [" ".join(random.choice(WORDS) if random.random() < share else w for w in r.split()) for r in references]


before, after = damaged(0.20), damaged(0.25)
indices = numpy.random.default_rng(12345).choice(40, size=(200, 40), replace=True)


def exact(metric):
    """sacrebleu.significance._paired_bs_test, statement by statement, in float64 and on `indices`."""
    stats_b = numpy.array(metric._extract_corpus_statistics(before, [references]), dtype="float64")
    stats_a = numpy.array(metric._extract_corpus_statistics(after, [references]), dtype="float64")
    score_b, score_a = (metric._compute_score_from_stats(list(s.sum(0))).score for s in (stats_b, stats_a))
    scores_b, scores_a = (numpy.array([metric._compute_score_from_stats(list(s)).score for s in stats[indices].sum(1)])
                          for stats in (stats_b, stats_a))
    differences = numpy.abs(scores_a - scores_b)
    p = _compute_p_value(differences - differences.mean(), abs(score_b - score_a))
    bounds = numpy.sort(scores_a)[[200 // 40, 200 - 200 // 40 - 1]]
    return {"before": score_b, "after": score_a, "mean_after": scores_a.mean(), "lower_after": bounds[0],
            "upper_after": bounds[1], "p": p}


def own(metric):
    _, scores = PairedTest([("before", before), ("after", after)], {"m": metric}, [references], "bs", 1000)()
    result = next(v for k, v in scores.items() if k != "System")
    return {"mean_before": float(result[0].mean), "ci_before": float(result[0].ci), "mean_after": float(result[1].mean),
            "ci_after": float(result[1].ci), "p": result[1].p_value}


rows = [int(random.random() < 0.7) for _ in range(120)]
interval = scipy.stats.bootstrap((numpy.array(rows),), numpy.mean, method="percentile", n_resamples=20000,
                                 rng=numpy.random.default_rng(1)).confidence_interval
pairs = [(a, b) for a in (0, 1, 2, 3, 5, 8, 13, 40, 300, 2000) for b in (0, 1, 4, 9, 30, 290, 2100)]
golden = {
    "made_with": {"sacrebleu": sacrebleu.__version__, "scipy": scipy.__version__, "numpy": numpy.__version__},
    "references": references, "before": before, "after": after, "indices": indices.tolist(),
    "exact": {"bleu": exact(BLEU()), "chrf": exact(CHRF())},
    "sacrebleu": {"bleu": own(BLEU()), "chrf": own(CHRF())},
    "scipy": {"rows": rows, "lower": interval.low, "upper": interval.high},
    "mcnemar": [[a, b, scipy.stats.binomtest(min(a, b), a + b).pvalue if a + b else 1.0] for a, b in pairs],
}
(HERE / "significance.json").write_text(json.dumps(golden, separators=(",", ":")).replace("],[", "],\n[") + "\n")
print({k: golden[k] for k in ("made_with", "exact", "sacrebleu")}, interval)
