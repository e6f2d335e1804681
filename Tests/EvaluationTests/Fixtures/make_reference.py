"""Reference values for the measures, by pytrec_eval (trec_eval's own code) on random runs.

    pip install pytrec_eval-terrier; python3 make_reference.py > measures.json

The runs have ties (scores on a coarse grid, and pairs that differ only past float32's precision), documents that are
not judged, queries without relevant documents, grades up to 4 and negative ones. RBP and ERR are not trec_eval's: they
are computed here from their definitions, in another form than the Swift code's. Judged@k likewise.
"""

import json
import random

import numpy
import pytrec_eval

RENAMED = {
    "map": "AP", "recip_rank": "RR", "bpref": "Bpref", "infAP": "infAP", "ndcg": "nDCG", "Rprec": "Rprec",
    "num_ret": "NumRet", "num_rel": "NumRel", "num_rel_ret": "NumRelRet",
}
CUTS = {"P": "P@", "recall": "R@", "ndcg_cut": "nDCG@", "map_cut": "AP@", "success": "Success@"}
DEPTHS = [1, 3, 5, 10, 20]


def name(key):
    if key in RENAMED:
        return RENAMED[key]
    if key.startswith("iprec_at_recall_"):
        return "IPrec@" + str(float(key.rsplit("_", 1)[1]))
    family, depth = key.rsplit("_", 1)
    return CUTS[family] + depth


def ordered(run):
    return sorted(run.items(), key=lambda pair: (numpy.float32(pair[1]), pair[0].encode()), reverse=True)


def own(run, qrels):
    """RBP, ERR, Judged, RR@k."""
    values = {}
    ranking = [qrels.get(document) for document, _ in ordered(run)]
    hits = numpy.array([grade is not None and grade >= 1 for grade in ranking], dtype=float)
    for p in (0.5, 0.8):
        weights = (1 - p) * p ** numpy.arange(len(hits))
        values["RBP(rel=1)" if p == 0.8 else "RBP(p=0.5,rel=1)"] = float(weights @ hits)
    gains = numpy.array([(2.0 ** max(0, min(4, grade or 0)) - 1) / 16 for grade in ranking])
    for depth in (5, 20):
        cut = gains[:depth]
        stay = numpy.concatenate([[1.0], numpy.cumprod(1 - cut)[:-1]])
        values[f"ERR@{depth}"] = float(numpy.sum(stay * cut / numpy.arange(1, len(cut) + 1)))
        values[f"Judged@{depth}"] = sum(grade is not None for grade in ranking[:depth]) / len(ranking[:depth])
        first = next((place for place, hit in enumerate(hits[:depth]) if hit), None)
        values[f"RR@{depth}"] = 0.0 if first is None else 1 / (first + 1)
    return values


def main():
    random.seed(7)
    measures = {"map", "recip_rank", "bpref", "infAP", "ndcg", "Rprec", "num_ret", "num_rel", "num_rel_ret"}
    measures |= {f"{family}." + ",".join(map(str, DEPTHS)) for family in CUTS}
    measures |= {"iprec_at_recall." + ",".join(f"{step / 10:.2f}" for step in range(11))}
    cases = []
    for level in (1, 2):
        qrels, run = {}, {}
        for query in range(40):
            documents = [f"d{number}" for number in range(60)]
            grades = random.choice([[0, 1], [0, 0, 0, 1, 2], [-1, 0, 1, 2, 3, 4], [0], [-1, 0, 0, 1]])
            judged = random.sample(documents, random.randint(1, 40))
            qrels[f"q{query}"] = {document: random.choice(grades) for document in judged}
            grid = random.choice([3, 8, 1000])
            scored = {}
            for document in random.sample(documents, random.randint(1, 50)):
                scored[document] = random.randint(-grid, grid) / 7
                if random.random() < 0.2:
                    scored[document] += 1e-12  # equal in float32
            run[f"q{query}"] = scored
        evaluator = pytrec_eval.RelevanceEvaluator(qrels, measures, relevance_level=level)
        values = {query: {name(key): value for key, value in scores.items()}
                  for query, scores in evaluator.evaluate(run).items()}
        if level == 1:
            for query in values:
                values[query].update(own(run[query], qrels[query]))
        cases.append({"level": level, "qrels": qrels, "run": run, "values": values})
    print(json.dumps(cases, separators=(",", ":")))


if __name__ == "__main__":
    main()
