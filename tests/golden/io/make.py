"""Makes the safetensors files that SafeTensorsTest reads and writes again.

Run from this folder: python make.py. The versions used are in versions.json.
Element i of tensor number k is (i * 7 + k * 3) % 23 - 11, divided by 8 in the floating-point types; the Java test makes
the same tensors by the same formula.
"""
import json
import pathlib
import platform

import huggingface_hub
import numpy
import safetensors
import safetensors.torch
import torch

HERE = pathlib.Path(__file__).parent
TENSORS = [
    ("model.embed_tokens.weight", torch.bfloat16, (6, 4)),
    ("model.layers.0.mlp.up_proj.weight", torch.float16, (3, 4)),
    ("model.layers.0.self_attn.q_proj.weight", torch.float32, (4, 4)),
    ("model.norm.weight", torch.float32, (4,)),
    ("ids", torch.int32, (2, 3)),
    ("long_ids", torch.int64, (3,)),
    ("bytes", torch.uint8, (5,)),
    ("small", torch.int8, (2,)),
    ("mask", torch.bool, (3,)),
    ("double", torch.float64, (2, 1)),
    ("scalar", torch.float32, ()),
    ("empty", torch.float32, (0, 3)),
]


def tensor(k, dtype, shape):
    count = 1
    for d in shape:
        count *= d
    values = torch.tensor([(i * 7 + k * 3) % 23 - 11 for i in range(count)], dtype=torch.int64)
    if dtype.is_floating_point:
        values = values.to(torch.float64) / 8
    if dtype == torch.uint8:
        values = values.abs()
    if dtype == torch.bool:
        values = values > 0
    return values.to(dtype).reshape(shape)


def main():
    tensors = {name: tensor(k, dtype, shape) for k, (name, dtype, shape) in enumerate(TENSORS)}
    safetensors.torch.save_file(tensors, HERE / "python.safetensors", metadata={"format": "pt"})
    safetensors.torch.save_file({"x": tensors["ids"]}, HERE / "no-metadata.safetensors")
    sharded = dict(sorted(tensors.items()))
    huggingface_hub.save_torch_state_dict(sharded, HERE / "sharded", max_shard_size=100)
    versions = {"python": platform.python_version(), "safetensors": safetensors.__version__, "torch": torch.__version__,
                "numpy": numpy.__version__, "huggingface_hub": huggingface_hub.__version__}
    (HERE / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")


if __name__ == "__main__":
    main()
