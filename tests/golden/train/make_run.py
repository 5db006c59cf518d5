"""Fifty steps of LoRA on the tiny Gemma with transformers and PEFT in f32, and transformers' learning-rate schedules.

Run from the repository's root: python tests/golden/train/make_run.py (versions are written into run.json)."""
import json, pathlib, shutil, numpy, torch, peft, transformers
from transformers import Gemma3ForCausalLM, get_constant_schedule_with_warmup, get_cosine_schedule_with_warmup, get_linear_schedule_with_warmup
from transformers import get_cosine_with_min_lr_schedule_with_warmup

here = pathlib.Path("tests/golden/train")
STEPS, WARMUP, RATE, BATCH, CLIP = 50, 4, 1e-3, 8, 1.4  # some steps are clipped, some are not


def rates(make, steps, warmup, **more):
    """The rate of each step, first step first: torch's convention, in which step 1 of a warm-up has rate 0."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    scheduler = make(optimizer, num_warmup_steps=warmup, **({} if make is get_constant_schedule_with_warmup else {"num_training_steps": steps}), **more)
    out = []
    for _ in range(steps + 1):
        out.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return out


def ours(theirs, warmup):
    """Without a step of rate 0: a warm-up step n has the rate that transformers gives step n + 1; after the warm-up both are the same."""
    return [theirs[n] if n <= warmup else theirs[n - 1] for n in range(1, len(theirs))]


torch.manual_seed(5)
generator = numpy.random.default_rng(5)
model = Gemma3ForCausalLM.from_pretrained("tests/golden/gemma/tiny", dtype=torch.float32, attn_implementation="eager")
model = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", r=4, lora_alpha=8, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]))
with torch.no_grad():
    for path, p in model.named_parameters():
        if "lora_B" in path: p.copy_(torch.randn_like(p) * 0.02)
shutil.rmtree(here / "start", ignore_errors=True)
model.save_pretrained(here / "start")
(here / "start/README.md").unlink()

documents = []
for _ in range(26):  # not a multiple of the batch: batches cross the end of an epoch
    n = int(generator.integers(20, 60))  # eight of them learn more tokens than one chunk of our head holds
    pattern = generator.integers(3, 96, 3)
    tokens = [2] + [int(pattern[i % 3]) for i in range(n)]
    documents.append({"tokens": tokens, "learn_from": int(generator.integers(2, n // 3))})

parameters = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.01)
schedule = ours(rates(get_cosine_schedule_with_warmup, STEPS, WARMUP), WARMUP)
steps = []
model.train()
for step in range(STEPS):
    batch = [documents[(step * BATCH + i) % len(documents)] for i in range(BATCH)]
    width = max(len(d["tokens"]) for d in batch)
    ids = torch.tensor([d["tokens"] + [0] * (width - len(d["tokens"])) for d in batch])
    mask = torch.tensor([[1] * len(d["tokens"]) + [0] * (width - len(d["tokens"])) for d in batch])
    labels = torch.tensor([[-100] * d["learn_from"] + d["tokens"][d["learn_from"]:] + [-100] * (width - len(d["tokens"])) for d in batch])
    logits = model(input_ids=ids, attention_mask=mask).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].reshape(-1, 96), labels[:, 1:].reshape(-1), ignore_index=-100)
    for group in optimizer.param_groups: group["lr"] = schedule[step]
    optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(parameters, CLIP)
    optimizer.step()
    steps.append({"loss": loss.item(), "gradient_norm": norm.item(), "learning_rate": schedule[step], "learned": int((labels[:, 1:] != -100).sum())})

out = {"versions": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__}, "documents": documents, "steps": steps,
       "schedules": {f"{name} {warmup}": rates(make, 12, warmup, **more) for warmup in (0, 3) for name, make, more in [
           ("CONSTANT", get_constant_schedule_with_warmup, {}), ("LINEAR", get_linear_schedule_with_warmup, {}), ("COSINE", get_cosine_schedule_with_warmup, {}),
           ("COSINE to 0.1", get_cosine_with_min_lr_schedule_with_warmup, {"min_lr_rate": 0.1})]}}
(here / "run.json").write_text(json.dumps(out))
print([(round(s["loss"], 4), round(s["gradient_norm"], 4)) for s in steps])
