"""Adapters that PEFT wrote on the tiny Gemma, what transformers computes with them, and PEFT's counts.

Run from the repository's root: python tests/golden/lora/make_adapters.py (versions are written into expected.json)."""
import json, pathlib, shutil, torch, peft, transformers
from transformers import Gemma3ForCausalLM

here = pathlib.Path("tests/golden/lora")
tiny = "tests/golden/gemma/tiny"
tokens = torch.tensor([json.loads(pathlib.Path(tiny, "expected.json").read_text())["tokens"]])

ADAPTERS = {
    "names": dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"], lora_dropout=0.05),
    "expression": dict(r=3, lora_alpha=5, target_modules=r".*\.(k|o|gate|up)_proj", use_rslora=True),
}
COUNTS = [["q_proj"], ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], "all-linear", r".*(q|k|v)_proj",
          r"model\.layers\.[0-2]\.mlp\..*_proj", ["self_attn.q_proj", "layers.3.mlp.up_proj"]]


def base():
    return Gemma3ForCausalLM.from_pretrained(tiny, dtype=torch.float32)


out = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__}, "logits": {}, "counts": []}
for name, settings in ADAPTERS.items():
    torch.manual_seed(1)
    model = peft.get_peft_model(base(), peft.LoraConfig(task_type="CAUSAL_LM", **settings)).eval()
    with torch.no_grad():
        for path, p in model.named_parameters():
            if "lora_" in path: p.copy_(torch.randn_like(p) * 0.15)
        out["logits"][name] = [[round(x, 5) for x in row] for row in model(tokens).logits[0].tolist()]
    shutil.rmtree(here / name, ignore_errors=True)
    model.save_pretrained(here / name)
    (here / name / "README.md").unlink()
for rules in COUNTS:
    model = peft.get_peft_model(base(), peft.LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, target_modules=rules))
    trainable, total = model.get_nb_trainable_parameters()
    line = f"trainable params: {trainable:,d} || all params: {total:,d} || trainable%: {100 * trainable / total:.4f}"  # as print_trainable_parameters
    out["counts"].append({"rules": rules if isinstance(rules, list) else [rules], "trainable": trainable, "all": total, "line": line})
(here / "expected.json").write_text(json.dumps(out))
