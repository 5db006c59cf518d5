"""A tiny random Gemma 3 and what transformers computes with it. Run: python make_tiny.py (versions are written into tiny.json)."""
import json, pathlib, numpy, torch, transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

here = pathlib.Path(__file__).parent / "tiny"
here.mkdir(exist_ok=True)
torch.manual_seed(0)
config = Gemma3TextConfig(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=7, num_attention_heads=4,
                          num_key_value_heads=2, head_dim=16, sliding_window=8, query_pre_attn_scalar=16, max_position_embeddings=256,
                          rope_theta=1e6, pad_token_id=0, bos_token_id=2, eos_token_id=1)
model = Gemma3ForCausalLM(config).eval()
with torch.no_grad():
    for name, p in model.named_parameters():
        p.copy_(torch.randn_like(p) * (0.1 if p.dim() > 1 else 0.2))
save_file({k: v.contiguous() for k, v in model.state_dict().items() if k != "lm_head.weight"}, here / "model.safetensors", metadata={"format": "pt"})
(here / "config.json").write_text(json.dumps(config.to_dict() | {"architectures": ["Gemma3ForCausalLM"]}, indent=1))
tokens = torch.randint(3, 96, (1, 40))
with torch.no_grad():
    logits = model(tokens).logits[0]
    greedy = model.generate(tokens[:, :12], max_new_tokens=20, do_sample=False)[0, 12:]

# A tokenizer of single characters, so that the folder is a whole model: 0 pad, 1 eos, 2 bos, 3 unk, then printable ASCII.
characters = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "\n"] + [chr(c) for c in range(32, 121)]
tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(characters)}, merges=[], unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
tokenizer.add_special_tokens(characters[:6])
tokenizer.decoder = decoders.Fuse()
tokenizer.save(str(here / "tokenizer.json"))
(here / "expected.json").write_text(json.dumps({
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    "tokens": tokens[0].tolist(), "logits": [[round(x, 6) for x in row] for row in logits.tolist()], "greedy": greedy.tolist()}))
