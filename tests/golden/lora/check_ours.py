"""Loads the adapter that AdapterFileTest wrote (`ours/`) with PEFT and records what transformers computes with it.

Run from the repository's root: python tests/golden/lora/check_ours.py"""
import json, pathlib, warnings, torch, peft, transformers
from transformers import Gemma3ForCausalLM

warnings.simplefilter("error", UserWarning)  # PEFT warns of missing and left-over keys
here = pathlib.Path("tests/golden/lora")
tiny = "tests/golden/gemma/tiny"
tokens = torch.tensor([json.loads(pathlib.Path(tiny, "expected.json").read_text())["tokens"]])
base = Gemma3ForCausalLM.from_pretrained(tiny, dtype=torch.float32)
plain = base(tokens).logits
model = peft.PeftModel.from_pretrained(base, here / "ours").eval()
with torch.no_grad():
    logits = model(tokens).logits[0]
assert (logits - plain[0]).abs().max() > 0.1, "the adapter does nothing"
written = json.loads((here / "ours/adapter_config.json").read_text())
full = model.peft_config["default"].to_dict()
defaults = peft.LoraConfig().to_dict()
left_out = {k: v for k, v in full.items() if k not in written and v != defaults[k]}
assert set(left_out) <= {"peft_version"}, left_out  # what we do not write has PEFT's default
(here / "ours-in-peft.json").write_text(json.dumps({
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
    "trainable": sum(p.numel() for n, p in model.named_parameters() if "lora_" in n),
    "logits": [[round(x, 5) for x in row] for row in logits.tolist()]}))
