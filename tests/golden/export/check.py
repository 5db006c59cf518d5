"""Runs the exports that ExportFiles wrote where they are meant to run, and holds them against what the live model computed.

Run: python check.py FOLDER... (each with live.json, live.safetensors and exports) > expected.json
Adapters are run by PEFT, Hugging Face folders and GGUF files by transformers, GGUF files by llama.cpp too,
ONNX files by ONNX Runtime. Fails where a figure is beyond its limit."""
import hashlib, json, pathlib, sys
import llama_cpp, numpy as np, onnx, onnxruntime, peft, torch, transformers
from safetensors.numpy import load_file
from transformers import AutoConfig, AutoModelForCausalLM

GREEDY = 32  # tokens
F32 = 0  # ggml's number of it, for llama.cpp's cache


def torch_logits(model, prompts):
    model.eval()
    with torch.no_grad():
        return [model(torch.tensor([p])).logits[0].float().numpy() for p in prompts]


def llama(file):
    return llama_cpp.Llama(str(file), n_ctx=256, n_batch=256, logits_all=True, verbose=False, type_k=F32, type_v=F32)


def llama_logits(model, prompts):
    out = []
    for p in prompts:
        model.reset()
        model.eval(p)
        out.append(np.array(model.scores[:len(p)]))
    return out


def llama_greedy(model, prompt):
    model.reset()
    model.eval(prompt)
    tokens = []
    while len(tokens) < GREEDY:
        tokens.append(int(np.argmax(model.scores[model.n_tokens - 1])))
        model.eval(tokens[-1:])
    return tokens


def onnx_model(file):
    onnx.checker.check_model(str(file), full_check=True)
    return onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])


def onnx_logits(model, prompts):
    out = [model.run(["logits"], {"input_ids": np.array([p])})[0][0] for p in prompts]
    longest = max(map(len, prompts))  # and all at once, the shorter ones filled up at their end
    batch = model.run(["logits"], {"input_ids": np.array([p + [0] * (longest - len(p)) for p in prompts[:4]])})[0]
    assert all(np.abs(batch[i, :len(prompts[i])] - out[i]).max() < 1e-4 for i in range(4))
    return out


LOGITS = {"llama.cpp": llama_logits, "ONNX Runtime": onnx_logits}


def log_softmax(x):
    x = x.astype(np.float64)
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


def compare(live, found):
    kl = [(np.exp(a) * (a - b)).sum(-1) for a, b in ((log_softmax(x), log_softmax(y)) for x, y in zip(live, found))]
    return {"max_abs_logit_difference": float(max(np.abs(x - y).max() for x, y in zip(live, found))), "mean_kl_nats": float(np.concatenate(kl).mean())}


def runs(place, base):
    """What is there: name and the program that runs it."""
    for file in sorted(place.glob("*.gguf")):
        yield file.name, "llama.cpp", lambda: llama(file)
    for folder in ("fused", "sharded"):
        if (place / folder).is_dir():
            yield folder, "transformers", lambda: AutoModelForCausalLM.from_pretrained(place / folder, dtype=torch.float32)
    if (place / "adapter").is_dir():
        yield "adapter", "PEFT", lambda: peft.PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), place / "adapter")
    if (place / "onnx").is_dir():
        yield "onnx", "ONNX Runtime", lambda: onnx_model(place / "onnx/model.onnx")
    config = AutoConfig.from_pretrained(place / "fused")
    usual = config.query_pre_attn_scalar == 256 and config.layer_types == [("full" if (i + 1) % 6 == 0 else "sliding") + "_attention" for i in range(config.num_hidden_layers)]
    given = {} if usual else {"config": config}  # transformers takes every sixth layer for a global one and 256 for the scalar, whatever the file says
    for file in sorted(place.glob("*.gguf")):
        yield file.name, "transformers", lambda: AutoModelForCausalLM.from_pretrained(place, gguf_file=file.name, dtype=torch.float32, **given)


def check(place, base):
    said = json.loads((place / "live.json").read_text())
    tensors = load_file(place / "live.safetensors")
    live = [tensors[str(i)] for i in range(len(said["prompts"]))]
    figures, greedy = {}, {}
    for name, program, load in runs(place, base):
        model = load()
        found = compare(live, LOGITS.get(program, torch_logits)(model, said["prompts"]))
        if program == "llama.cpp":
            greedy[name] = [llama_greedy(model, p) for p in said["prompts"][:len(said["greedy"])]]
            found["greedy_as_live"] = sum(a == b for a, b in zip(greedy[name], said["greedy"]))
        figures[f"{name} in {program}"] = found
        print(place.name, name, program, found, file=sys.stderr, flush=True)
        same = name in ("adapter", "f32.gguf", "onnx")
        assert found["mean_kl_nats"] < (1e-6 if same else 0.01), (name, program, found)
        # llama.cpp looks GELU up in a table of 16-bit floats.
        assert not same or found["max_abs_logit_difference"] < (0.05 if program == "llama.cpp" else 1e-4), (name, program, found)
        assert name == "q8_0.gguf" or program != "llama.cpp" or greedy[name] == said["greedy"], (name, greedy[name], said["greedy"])
    files = sorted([*place.glob("*.gguf"), *place.glob("onnx/model.*")])
    return {"sha256": {str(p.relative_to(place)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}, "greedy": said["greedy"], "figures": figures}


def main(places, base="data/tiny-functiongemma"):
    versions = {"llama-cpp-python": llama_cpp.__version__} | {m.__name__: m.__version__ for m in (torch, transformers, peft, onnx, onnxruntime)}
    return {"versions": versions, "exports": {p.name: check(p, base) for p in map(pathlib.Path, places)}}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:]), indent=1))
