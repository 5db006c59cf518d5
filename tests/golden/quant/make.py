"""Makes blocks.safetensors: random blocks of each GGUF format and what the gguf package reads from them.

Run from this folder: python make.py. For each format, `FORMAT.blocks` (bytes) and `FORMAT.values` (F32). For the formats
that are also written, `FORMAT.source` (F32) and `FORMAT.written` (bytes of gguf.quants.quantize).
"""
import json
import pathlib
import platform

import gguf
import numpy as np
import safetensors.numpy
from gguf import GGMLQuantizationType as T

HERE = pathlib.Path(__file__).parent
ROWS = 3
# Where the half-precision scales of a block lie.
SCALES = {T.Q8_0: [0], T.Q5_0: [0], T.Q4_0: [0], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}


def random_blocks(rng, kind, count):
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, (ROWS, count * 256 // elements, size), dtype=np.uint8)
    for at in SCALES.get(kind, []):
        scale = rng.normal(0, 0.05, blocks.shape[:2]).astype(np.float16)
        blocks[:, :, at:at + 2] = scale[:, :, None].view(np.uint8)
    if kind in (T.F32, T.F16, T.BF16):
        values = rng.normal(0, 3, blocks.shape[:2]).astype(np.float32)
        values[0, :4] = [0.0, -0.0, 1e-40, -65504.0]
        if kind == T.F32:
            blocks = values[:, :, None].view(np.uint8)
        elif kind == T.F16:
            blocks = values.astype(np.float16)[:, :, None].view(np.uint8)
        else:
            blocks = gguf.quants.quantize(values, T.BF16).reshape(blocks.shape)
    return np.ascontiguousarray(blocks.reshape(ROWS, -1))


def main():
    rng = np.random.default_rng(20240607)
    out = {}
    for kind in [T.F32, T.F16, T.BF16, T.Q8_0, T.Q5_0, T.Q4_0, T.Q4_K, T.Q5_K, T.Q6_K]:
        blocks = random_blocks(rng, kind, 2)
        out[kind.name + ".blocks"] = blocks
        out[kind.name + ".values"] = np.ascontiguousarray(gguf.quants.dequantize(blocks.view(np.float32) if kind == T.F32 else blocks, kind), dtype=np.float32) \
            if kind not in (T.F16,) else blocks.view(np.float16).astype(np.float32)
    source = rng.normal(0, 2, (ROWS, 256)).astype(np.float32)
    source[0, :32] = 0
    source[1, :32] = np.arange(32) - 15.5          # halves, which round away from zero
    source[1, 31] = 127
    source[2, :3] = [1e-30, -1e-38, 1e-42]
    for kind in [T.F32, T.F16, T.BF16, T.Q8_0]:
        written = source.view(np.uint8) if kind == T.F32 else gguf.quants.quantize(source, kind)
        out[kind.name + ".source"] = source
        out[kind.name + ".written"] = np.ascontiguousarray(written).view(np.uint8).reshape(ROWS, -1)
    safetensors.numpy.save_file(out, HERE / "blocks.safetensors")
    import importlib.metadata as m
    versions = {"python": platform.python_version(), **{p: m.version(p) for p in ("gguf", "numpy", "safetensors")}}
    (HERE / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")


if __name__ == "__main__":
    main()
