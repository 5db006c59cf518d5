"""transformers' generate on the prompts of `bench generate`: prefill, decoding and an evaluation batched by length, one JSON line of figures."""
import argparse, json, resource, time, torch
from transformers import AutoModelForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig
from transformers.generation.streamers import BaseStreamer
a = argparse.ArgumentParser(); a.add_argument("prompts"); a.add_argument("--dtype", default="bf16"); a.add_argument("--batch", type=int, default=16)
a.add_argument("--rows", type=int, default=300); a.add_argument("--answer", type=int, default=48); a.add_argument("--prompt", type=int, default=512)
a.add_argument("--tokens", type=int, default=64); a.add_argument("--repeats", type=int, default=3); a.add_argument("--model", help="Hugging Face folder; random weights where left out"); a = a.parse_args()
torch.manual_seed(0)
dtype = {"bf16": torch.bfloat16, "f32": torch.float32}[a.dtype]
shape = dict(vocab_size=262144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18, num_attention_heads=4, num_key_value_heads=1, head_dim=256, sliding_window=512)
model = (AutoModelForCausalLM.from_pretrained(a.model, dtype=dtype) if a.model else Gemma3ForCausalLM(Gemma3TextConfig(**shape)).to(dtype)).eval()
model.generation_config.eos_token_id = None; model.generation_config.pad_token_id = 0


class Clock(BaseStreamer):
    """When each token (of all rows) came; the prompt is told first."""
    def __init__(self): self.told = []
    def put(self, value): self.told.append(time.perf_counter())
    def end(self): pass


def generate(rows, tokens, clock=None):
    n = max(map(len, rows))
    ids = torch.zeros(len(rows), n, dtype=torch.long); seen = torch.zeros(len(rows), n, dtype=torch.long)
    for i, r in enumerate(rows): ids[i, n - len(r):] = torch.tensor(r); seen[i, n - len(r):] = 1
    model.generate(ids, attention_mask=seen, max_new_tokens=tokens, do_sample=False, streamer=clock)


figures = {"peer": "transformers", "dtype": a.dtype}
with torch.inference_mode():
    for batch in (1, 8):
        rows = [[2 if i == 0 else 5 + (row * 7919 + i * 104729) % (shape["vocab_size"] - 5) for i in range(a.prompt)] for row in range(batch)]
        prefill, decode = [], []
        for _ in range(a.repeats + 1):
            clock = Clock(); start = time.perf_counter(); generate(rows, a.tokens, clock)
            first, last = clock.told[1], clock.told[-1]
            prefill.append(batch * a.prompt / (first - start)); decode.append(batch * (a.tokens - 1) / (last - first))
        figures |= {f"prefill_{batch}": round(max(prefill[1:]), 3), f"decode_{batch}": round(max(decode[1:]), 3)}
    if a.rows:
        rows = sorted((json.loads(line) for line in open(a.prompts)), key=len)[:a.rows]
        start = time.perf_counter()
        for i in range(0, len(rows), a.batch): generate(rows[i:i + a.batch], a.answer)
        figures |= {"evaluation_rows": len(rows), "evaluation_s": round(time.perf_counter() - start, 3), "evaluation_prompt_tokens": sum(map(len, rows))}
figures["peak_rss_gb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)
print(json.dumps(figures))
