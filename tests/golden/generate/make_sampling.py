"""What transformers' warpers make of one row of logits. Run from the repository's root: python tests/golden/generate/make_sampling.py"""
import json, pathlib, torch, transformers
from transformers import LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

expected = json.loads(pathlib.Path("tests/golden/gemma/tiny/expected.json").read_text())
logits = torch.tensor([expected["logits"][11]], dtype=torch.float64)  # after the twelve tokens of the prompt
cases = []
for temperature, top_k, top_p in [(1.0, 0, 1.0), (0.5, 0, 1.0), (2.0, 0, 1.0), (1.0, 5, 1.0), (0.7, 1, 1.0), (1.0, 0, 0.5), (1.0, 0, 0.9), (1.5, 20, 0.6), (1.0, 200, 0.99)]:
    warpers = LogitsProcessorList([TemperatureLogitsWarper(temperature)])
    if top_k: warpers.append(TopKLogitsWarper(min(top_k, 96)))
    if top_p < 1: warpers.append(TopPLogitsWarper(top_p))
    cases.append({"temperature": temperature, "top_k": top_k, "top_p": top_p, "probabilities": torch.softmax(warpers(None, logits.clone()), -1)[0].tolist()})
pathlib.Path("tests/golden/generate/sampling.json").write_text(json.dumps({
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__}, "logits": logits[0].tolist(), "cases": cases}))
