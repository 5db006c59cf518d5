"""A tiny Gemma 3 with an image tower, as the 4B and larger are kept, an adapter that PEFT wrote on its text layers, and what transformers computes.

Run from the repository's root: python tests/golden/lora/make_nested.py (versions are written into nested.json)."""
import json, pathlib, shutil, torch, peft, transformers
from transformers import Gemma3Config, Gemma3ForConditionalGeneration

here = pathlib.Path("tests/golden/lora")
torch.manual_seed(2)
config = Gemma3Config(
    text_config=dict(vocab_size=96, hidden_size=16, intermediate_size=24, num_hidden_layers=3, num_attention_heads=2, num_key_value_heads=1, head_dim=8, sliding_window=8,
                     query_pre_attn_scalar=8, max_position_embeddings=256, layer_types=["sliding_attention", "sliding_attention", "full_attention"],
                     rope_parameters={"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6}, "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}),
    vision_config=dict(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, image_size=8, patch_size=4), mm_tokens_per_image=4, image_token_index=95,
    boi_token_index=94, eoi_token_index=93)
model = Gemma3ForConditionalGeneration(config).eval()
with torch.no_grad():
    for p in model.parameters(): p.copy_(torch.randn_like(p) * (0.15 if p.dim() > 1 else 0.2))
shutil.rmtree(here / "nested-base", ignore_errors=True)
model.save_pretrained(here / "nested-base")
(here / "nested-base/generation_config.json").unlink(missing_ok=True)
shutil.copy("tests/golden/gemma/tiny/tokenizer.json", here / "nested-base/tokenizer.json")
tokens = torch.randint(3, 90, (1, 24))
with torch.no_grad(): plain = model(input_ids=tokens, token_type_ids=torch.zeros_like(tokens)).logits[0]
model = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", r=2, lora_alpha=4, target_modules=r".*language_model.*\.(q|v|down)_proj")).eval()
with torch.no_grad():
    for path, p in model.named_parameters():
        if "lora_" in path: p.copy_(torch.randn_like(p) * 0.2)
    tuned = model(input_ids=tokens, token_type_ids=torch.zeros_like(tokens)).logits[0]
shutil.rmtree(here / "nested", ignore_errors=True)
model.save_pretrained(here / "nested")
(here / "nested/README.md").unlink()
rounded = lambda t: [[round(x, 5) for x in row] for row in t.tolist()]
(here / "nested.json").write_text(json.dumps({"versions": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
                                              "tokens": tokens[0].tolist(), "plain": rounded(plain), "tuned": rounded(tuned)}))
