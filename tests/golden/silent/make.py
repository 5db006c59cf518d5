"""What transformers + PEFT + TRL do with mistakes that people often make: each is injected into a tiny random Gemma 3, and what happens is recorded.

Run from the repository's root: python tests/golden/silent/make.py (requirements.txt beside it; versions are written into record.json).
A record holds `error` (type and first line) where the mistake stops, `said` (every warning and log line at WARNING or above while it ran) and `seen`
(what the run reported)."""
import json, logging, math, os, pathlib, shutil, sys, tempfile, warnings
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="warning", CUDA_VISIBLE_DEVICES="", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
import datasets, peft, tokenizers, torch, transformers, trl
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers.processors import TemplateProcessing
from transformers import Gemma3ForCausalLM, PreTrainedTokenizerFast
from trl import SFTConfig, SFTTrainer

TINY = pathlib.Path("tests/golden/gemma/tiny")
HERE = pathlib.Path("tests/golden/silent")
WORK = pathlib.Path(tempfile.mkdtemp())
TURNS = ("{{ bos_token }}{% for m in messages %}{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' + m.content | trim + '<end_of_turn>\n' }}"
         "{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}")
TARGETS = ["q_proj", "v_proj"]


def tokenizer(template=TURNS):
    """The tiny model's tokenizer, which puts <bos> before every text as Gemma's does."""
    inner = tokenizers.Tokenizer.from_file(str(TINY / "tokenizer.json"))
    inner.post_processor = TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    out = PreTrainedTokenizerFast(tokenizer_object=inner, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>")
    out.chat_template = template
    return out


def model(path=TINY):
    torch.manual_seed(0)
    return Gemma3ForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager")


def lora(**more):
    return LoraConfig(**{"task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 8, "target_modules": TARGETS, **more})


def chats(n=8, answer="fine"):
    return Dataset.from_list([{"prompt": [{"role": "user", "content": "say %d" % i}], "completion": [{"role": "assistant", "content": answer}]} for i in range(n)])


def texts(n=8):
    return Dataset.from_list([{"prompt": "### question: say %d\n### answer: " % i, "completion": "fine"} for i in range(n)])


def trainer(data, m=None, tok=None, config=None, evaluation=None, adapter=True, out="run"):
    settings = {"max_steps": 3, "per_device_train_batch_size": 4, "learning_rate": 1e-3, "logging_steps": 1, "report_to": [], "save_strategy": "no", "use_cpu": True,
                "disable_tqdm": True, "bf16": False, "seed": 0, **(config or {})}
    return SFTTrainer(model=m or model(), args=SFTConfig(output_dir=str(WORK / out), **settings), train_dataset=data, eval_dataset=evaluation,
                      processing_class=tok or tokenizer(), peft_config=lora() if adapter else None)


def run(t):
    """Trains, and gives losses, gradient norms and rates as they were logged, and whether a trained parameter changed."""
    before = {n: p.detach().clone() for n, p in t.model.named_parameters() if p.requires_grad}
    t.train()
    steps = [r for r in t.state.log_history if "loss" in r]
    changed = sum(not torch.equal(before[n], p) for n, p in t.model.named_parameters() if n in before)
    broken = sum(not torch.isfinite(p).all().item() for p in t.model.parameters())
    return {"loss": [r["loss"] for r in steps], "gradient norm": [r.get("grad_norm") for r in steps], "rate": [r["learning_rate"] for r in steps],
            "trained parameters changed": "%d of %d" % (changed, len(before)), "parameters not finite": broken}


def learned(t, row=0):
    """The text of the tokens of a row that the loss looks at, and the row's whole text."""
    batch = t.data_collator([t.train_dataset[row]])
    ids, labels = batch["input_ids"][0], batch["labels"][0]
    tok = t.processing_class
    return {"whole": tok.decode(ids), "learned": tok.decode([i for i, l in zip(ids.tolist(), labels.tolist()) if l != -100])}


def logits(m, ids=(2, 30, 31, 32)):
    with torch.no_grad():
        return m(torch.tensor([list(ids)])).logits[0, -1]


def target_typo():
    return get_peft_model(model(), lora(target_modules=["q_prog"])).get_nb_trainable_parameters()


def target_typo_in_part():
    m = get_peft_model(model(), lora(target_modules=["q_prog", "k_proj"]))
    return {"trainable": m.get_nb_trainable_parameters()[0], "adapted": sorted({n.split(".")[-4] for n, p in m.named_parameters() if p.requires_grad})}


def target_typo_in_expression():
    m = get_peft_model(model(), lora(target_modules=".*(q_prog|k_proj)"))
    return {"trainable": m.get_nb_trainable_parameters()[0], "adapted": sorted({n.split(".")[-4] for n, p in m.named_parameters() if p.requires_grad})}


def all_labels_masked():
    long = Dataset.from_list([{"prompt": "a question that is longer than the limit", "completion": " fine"} for _ in range(8)])
    t = trainer(long, config={"max_length": 16})
    return {"rows": "%d of 8" % len(t.train_dataset), **run(t)}


def some_labels_masked():
    rows = Dataset.from_list([{"prompt": "a question that is longer than the limit" if i % 2 else "short", "completion": " fine"} for i in range(8)])
    t = trainer(rows, config={"max_length": 16})
    return {"rows": "%d of 8" % len(t.train_dataset), **run(t)}


def answer_cut():
    t = trainer(chats(answer="a long answer that ends far behind the limit"), config={"max_length": 48})
    return {**learned(t), "loss": run(t)["loss"]}


def template_without_answer():
    t = trainer(chats(), tok=tokenizer(TURNS.replace("m in messages", "m in messages if m.role != 'assistant'")))
    return {"rows": "%d of 8" % len(t.train_dataset), **run(t)}


def two_bos():
    data = Dataset.from_list([{"text": tokenizer().apply_chat_template([{"role": "user", "content": "say %d" % i}, {"role": "assistant", "content": "fine"}], tokenize=False)} for i in range(8)])
    t = trainer(data)
    return {"first tokens": t.train_dataset[0]["input_ids"][:3], "loss": run(t)["loss"]}


def end_of_turn_missing():
    t = trainer(chats(), tok=tokenizer(TURNS.replace("+ '<end_of_turn>\n'", "+ '\n'")))
    return {**learned(t), "loss": run(t)["loss"]}


def prompt_trained():
    data = Dataset.from_list([{"messages": [{"role": "user", "content": "say %d" % i}, {"role": "assistant", "content": "fine"}]} for i in range(8)])
    t = trainer(data)
    return {**learned(t), "loss": run(t)["loss"]}


def vocabulary_larger():
    tok = tokenizer()
    tok.add_tokens(["<call>"])
    t = trainer(chats(answer="<call>"), tok=tok)
    return {"tokens": len(tok), "embedding": t.model.get_input_embeddings().weight.shape[0], "loss": run(t)["loss"]}


def wrong_tokenizer():
    inner = tokenizers.Tokenizer(tokenizers.models.BPE(vocab={c: i for i, c in enumerate(["<unk>", "<bos>", "<eos>", "<pad>"] + [chr(c) for c in range(32, 96)])}, merges=[], unk_token="<unk>"))
    tok = PreTrainedTokenizerFast(tokenizer_object=inner, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>")
    t = trainer(texts(), tok=tok)
    return {"model's bos, eos, pad": [2, 1, 0], "tokenizer's": [tok.bos_token_id, tok.eos_token_id, tok.pad_token_id], "loss": run(t)["loss"]}


def loss_not_finite():
    m = model()
    with torch.no_grad():
        m.model.layers[3].mlp.down_proj.weight[0, 0] = float("nan")
    return run(trainer(chats(), m=m))


def gradient_overflow():
    return run(trainer(chats(), config={"learning_rate": 3e38, "max_grad_norm": 0.0, "lr_scheduler_type": "constant"}))


def rate_zero():
    return run(trainer(chats(), config={"warmup_steps": 100000000, "learning_rate": 1e-4}))


def updates_nothing():
    m = get_peft_model(model(), lora())
    with torch.no_grad():
        for n, p in m.named_parameters():
            if "lora_" in n: p.zero_()
    return run(trainer(chats(), m=m, adapter=False))


def eval_overlaps():
    data = chats()
    t = trainer(data, evaluation=data)
    return {**run(t), "eval loss": t.evaluate()["eval_loss"]}


def duplicate_rows():
    return {"loss": run(trainer(datasets.concatenate_datasets([chats(2)] * 4)))["loss"]}


def utf16_file():
    file = WORK / "rows.jsonl"
    file.write_text('{"prompt": "a", "completion": "b"}\n', encoding="utf-16")
    return len(datasets.load_dataset("json", data_files=str(file), split="train", cache_dir=str(WORK / "cache")))


def euc_kr_file():
    file = WORK / "korean.jsonl"
    file.write_text('{"prompt": "안녕하세요", "completion": "네"}\n', encoding="euc-kr")
    return datasets.load_dataset("json", data_files=str(file), split="train", cache_dir=str(WORK / "cache"))[0]


def merge_equal_to_base():
    base = model()
    merged = get_peft_model(model(), lora()).merge_and_unload()
    merged.save_pretrained(WORK / "merged")
    return {"largest difference of logits": (logits(base) - logits(merged)).abs().max().item(), "written": sorted(os.listdir(WORK / "merged"))}


def missing_weight():
    folder = WORK / "missing"
    shutil.copytree(TINY, folder)
    state = {k: v for k, v in safetensors_state().items() if not k.startswith("model.layers.3.mlp.down_proj")}
    save(state, folder)
    m = model(folder)
    return {"std of the missing weight": m.model.layers[3].mlp.down_proj.weight.std().item(), "run": run(trainer(chats(), m=m))["loss"]}


def unused_weight():
    folder = WORK / "unused"
    shutil.copytree(TINY, folder)
    save({**safetensors_state(), "model.layers.7.mlp.down_proj.weight": torch.zeros(32, 48)}, folder)
    return {"layers": len(model(folder).model.layers)}


def safetensors_state():
    from safetensors.torch import load_file
    return load_file(TINY / "model.safetensors")


def save(state, folder):
    from safetensors.torch import save_file
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def adapter_for_another_base():
    m = get_peft_model(model(), lora())
    m.save_pretrained(WORK / "adapter")
    other = WORK / "other-base"
    shutil.copytree(TINY, other)
    save({k: torch.randn_like(v) * 0.1 for k, v in safetensors_state().items()}, other)
    loaded = PeftModel.from_pretrained(model(other), WORK / "adapter")
    return {"base in the adapter": loaded.peft_config["default"].base_model_name_or_path, "base it was loaded on": loaded.base_model.model.config._name_or_path.split("/")[-1]}


def modules_to_save_on_tied():
    m = get_peft_model(model(), lora(modules_to_save=["lm_head"]))
    with torch.no_grad():
        for n, p in m.named_parameters():
            if "lm_head.modules_to_save" in n: p.add_(1)
    merged = m.merge_and_unload()
    head, embedding = merged.get_output_embeddings().weight, merged.get_input_embeddings().weight
    apart = (head - embedding).abs().max().item()
    merged.save_pretrained(WORK / "tied")
    back = model(WORK / "tied")
    return {"tie_word_embeddings of the merged model": merged.config.tie_word_embeddings, "head and embedding apart": apart,
            "logits change by saving and loading": (logits(merged) - logits(back)).abs().max().item()}


def two_runs_one_folder():
    one = trainer(chats(), config={"save_strategy": "steps", "save_steps": 3}, out="shared")
    two = trainer(chats(answer="other"), config={"save_strategy": "steps", "save_steps": 3}, out="shared")
    one.train()
    first = (WORK / "shared/checkpoint-3/adapter_model.safetensors").read_bytes()
    two.train()
    return {"checkpoints": sorted(os.listdir(WORK / "shared")), "the first run's adapter is still there": (WORK / "shared/checkpoint-3/adapter_model.safetensors").read_bytes() == first}


def prompts_differ_by_a_line_break():
    t = trainer(texts())
    t.train()
    tok = t.processing_class
    t.model.gradient_checkpointing_disable()
    trained, other = (logits(t.model, tok(p).input_ids) for p in ("### question: say 1\n### answer: ", "\n### question: say 1\n### answer: "))
    return {"largest difference of the next token's logits": (trained - other).abs().max().item()}


CASES = [target_typo, target_typo_in_part, target_typo_in_expression, all_labels_masked, some_labels_masked, answer_cut, template_without_answer, two_bos, end_of_turn_missing, prompt_trained,
         vocabulary_larger, wrong_tokenizer, loss_not_finite, gradient_overflow, rate_zero, updates_nothing, eval_overlaps, duplicate_rows, utf16_file, euc_kr_file,
         merge_equal_to_base, missing_weight, unused_weight, adapter_for_another_base, modules_to_save_on_tied, two_runs_one_folder, prompts_differ_by_a_line_break]


class Said(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def clean(text):
    return str(text).replace(str(WORK), "WORK").strip()


def record(case):
    said = Said()
    loggers = [logging.getLogger(n) for n in ("transformers", "trl", "peft", "datasets", "accelerate")] + [logging.getLogger()]
    for l in loggers: l.addHandler(said)
    out = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            out["seen"] = case()
        except Exception as e:
            out["error"] = type(e).__name__ + ": " + clean(e).splitlines()[0][:300] if str(e) else type(e).__name__
    for l in loggers: l.removeHandler(said)
    lines = said.lines + [str(w.message) for w in caught if not issubclass(w.category, (DeprecationWarning, FutureWarning))]
    out["said"] = list(dict.fromkeys(clean(line)[:600] for line in lines))
    return out


def numbers(x):
    """NaN and infinity as text: JSON has none. Others to six digits, so that a run on another processor differs little."""
    if isinstance(x, dict): return {k: numbers(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)): return [numbers(v) for v in x]
    if isinstance(x, float): return float("%.6g" % x) if math.isfinite(x) else str(x)
    return clean(x) if isinstance(x, str) else x


if __name__ == "__main__":
    chosen = [c for c in CASES if c.__name__ in sys.argv[1:]] or CASES
    baseline = record(lambda: run(trainer(chats())))
    result = {"versions": {m.__name__: m.__version__ for m in (torch, transformers, peft, trl, datasets, tokenizers)}, "without a mistake": numbers(baseline)}
    for case in chosen:
        r = record(case)
        r["said"] = [line for line in r["said"] if line not in baseline["said"]]
        result[case.__name__.replace("_", "-")] = numbers(r)
        print(case.__name__, json.dumps(numbers(r), ensure_ascii=False)[:900], flush=True)
    if chosen is CASES: (HERE / "record.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    shutil.rmtree(WORK)
