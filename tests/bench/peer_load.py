"""The safetensors library on a file: mapped only, and each tensor in memory of its own; one JSON line. `--gguf`: the gguf library to float32, as transformers reads such a file."""
import argparse, json, resource, time
a = argparse.ArgumentParser(); a.add_argument("file"); a.add_argument("--gguf", action="store_true"); a = a.parse_args()
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
if a.gguf:
    import gguf, numpy as np
    before, t = peak(), time.time()
    tensors = {x.name: gguf.dequantize(x.data, x.tensor_type) for x in gguf.GGUFReader(a.file).tensors}
    print(json.dumps({"peer": "gguf", "load_s": round(time.time() - t, 3), "parameters_mb": sum(x.nbytes for x in tensors.values()) / 1e6, "peak_rss_before_mb": before, "peak_rss_mb": peak()}))
    raise SystemExit
import torch
from safetensors import safe_open
from safetensors.torch import load_file
before, t = peak(), time.time()
mapped = load_file(a.file); only_mapped = time.time() - t
del mapped; t = time.time()
with safe_open(a.file, "pt") as f: tensors = {name: f.get_tensor(name).clone() for name in f.keys()}
print(json.dumps({"peer": "safetensors", "load_s": round(time.time() - t, 3), "mapped_s": round(only_mapped, 4), "parameters_mb": sum(x.nbytes for x in tensors.values()) / 1e6,
                  "peak_rss_before_mb": before, "peak_rss_mb": peak()}))
