"""An adapter that PEFT made, exported by the command line: transformers reads each export, and its logits are those of PEFT's model."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

ROOT = Path(__file__).resolve().parent.parent.parent
BASE = ROOT / "data" / "tiny-functiongemma"
PROMPTS = 8


class ExportsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.folder = Path(place.name)
        torch.manual_seed(0)
        tuned = get_peft_model(AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32),
                               LoraConfig(r=4, lora_alpha=1, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM"))
        tuned.save_pretrained(cls.folder / "adapter")
        tokenizer = AutoTokenizer.from_pretrained(BASE)
        with open(ROOT / "data" / "phone-actions" / "eval.jsonl", encoding="utf-8") as rows:
            cls.prompts = [tokenizer(json.loads(next(rows))["messages"][1]["content"], return_tensors="pt").input_ids for _ in range(PROMPTS)]
        cls.live = cls.logits(tuned)

    @classmethod
    def logits(cls, model):
        """Of all positions of all prompts, one after another."""
        model.eval()
        with torch.no_grad():
            return torch.cat([model(p).logits[0].double() for p in cls.prompts])

    def export(self, out: str, *arguments: str) -> Path:
        done = subprocess.run([sys.executable, ROOT / "tunebook", "export", "--model", BASE, "--adapter", self.folder / "adapter", "--out", self.folder / out, *arguments],
                              cwd=ROOT, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return self.folder / out

    def gguf(self, kind: str):
        """transformers takes every sixth layer for a global one and 256 for the scalar, whatever the file says, so it is told the configuration."""
        file = self.export(f"{kind}.gguf", "--to", "gguf", "--type", kind)
        return AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32, config=AutoConfig.from_pretrained(BASE))

    def assert_close(self, model, mean_kl: float, logit: float | None = None):
        found = self.logits(model)
        kl = torch.nn.functional.kl_div(found.log_softmax(-1), self.live.log_softmax(-1), log_target=True, reduction="none").sum(-1).mean().item()
        self.assertLess(kl, mean_kl)
        if logit:
            self.assertLess((found - self.live).abs().max().item(), logit)

    def test_the_adapter_changes_the_model(self):
        with self.assertRaises(AssertionError):
            self.assert_close(AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.float32), mean_kl=0.01)

    def test_a_fused_folder_also_in_shards(self):
        for arguments in ([], ["--max-shard", "2"]):
            folder = self.export(f"fused{len(arguments)}", "--to", "huggingface", *arguments)
            self.assertEqual(len(list(folder.glob("*.safetensors"))) > 1, bool(arguments))
            self.assert_close(AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32), mean_kl=1e-3)

    def test_gguf_f32(self):
        self.assert_close(self.gguf("f32"), mean_kl=1e-6, logit=1e-4)

    def test_gguf_f16(self):
        self.assert_close(self.gguf("f16"), mean_kl=1e-4)

    def test_gguf_bf16(self):
        self.assert_close(self.gguf("bf16"), mean_kl=1e-3)

    def test_gguf_q8_0(self):
        self.assert_close(self.gguf("q8_0"), mean_kl=0.01)


if __name__ == "__main__":
    unittest.main()
