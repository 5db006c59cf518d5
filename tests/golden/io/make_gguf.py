"""Makes small.gguf with the gguf package, and small-gguf.safetensors with what that package reads from it (F32); and
written.gguf, which GgufWriterTest writes again, byte for byte.

Run from this folder: python make_gguf.py. The versions used are in versions-gguf.json.
"""
import importlib.metadata
import json
import pathlib
import platform

import gguf
import numpy as np
import safetensors.numpy
from gguf import GGMLQuantizationType as T, GGUFValueType as V

HERE = pathlib.Path(__file__).parent
SCALES = {T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208]}


def k_blocks(rng, kind, rows):
    size = gguf.GGML_QUANT_SIZES[kind][1]
    blocks = rng.integers(0, 256, (rows, size), dtype=np.uint8)
    for at in SCALES[kind]:
        blocks[:, at:at + 2] = rng.normal(0, 0.05, rows).astype(np.float16)[:, None].view(np.uint8)
    return blocks


def written():
    """Element i of tensor number k is (i * 7 + k * 3) % 23 - 11, divided by 8; the Java test uses the same formula."""
    writer = gguf.GGUFWriter(HERE / "written.gguf", "gemma3")
    writer.add_uint32("gemma3.block_count", 18)
    writer.add_float32("gemma3.rope.freq_base", 1000000.0)
    writer.add_bool("tokenizer.ggml.add_bos_token", True)
    writer.add_array("tokenizer.ggml.tokens", ["<pad>", "하나", "\n"])
    writer.add_array("tokenizer.ggml.token_type", [3, 1, -1])
    writer.add_array("tokenizer.ggml.scores", [0.0, -1.5, 2.0])
    for k, (name, kind, shape) in enumerate([("output_norm.weight", T.F32, (5,)), ("token_embd.weight", T.Q8_0, (3, 64)),
                                             ("blk.0.attn_q.weight", T.BF16, (4, 3)), ("blk.0.attn_k.weight", T.F16, (2, 9))]):
        source = (((np.arange(np.prod(shape)) * 7 + k * 3) % 23 - 11) / 8).astype(np.float32).reshape(shape)
        writer.add_tensor(name, source if kind == T.F32 else source.astype(np.float16) if kind == T.F16 else gguf.quants.quantize(source, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    written()
    rng = np.random.default_rng(7)
    writer = gguf.GGUFWriter(HERE / "small.gguf", "gemma3")
    writer.add_custom_alignment(64)
    for kind, value in [(V.UINT8, 200), (V.INT8, -100), (V.UINT16, 60000), (V.INT16, -30000), (V.UINT32, 4000000000),
                        (V.INT32, -2000000000), (V.FLOAT32, 0.5), (V.BOOL, True), (V.STRING, "글자 😀"), (V.UINT64, 2 ** 63 + 1),
                        (V.INT64, -(2 ** 40)), (V.FLOAT64, 0.1)]:
        writer.add_key_value("test." + kind.name.lower(), value, kind)
    writer.add_array("test.strings", ["a", "", "둘", "\n"])
    writer.add_array("test.ints", [1, -2, 3])
    writer.add_array("test.floats", [0.25, -1.5])
    writer.add_array("test.bools", [True, False, True])
    writer.add_uint32("gemma3.block_count", 2)

    expected = {}
    for name, kind, shape in [("f32", T.F32, (2, 3, 5)), ("f16", T.F16, (3, 4)), ("bf16", T.BF16, (3, 4)), ("q8_0", T.Q8_0, (4, 64)),
                              ("q5_0", T.Q5_0, (2, 32)), ("q4_0", T.Q4_0, (1, 96)), ("norm", T.F32, (7,))]:
        source = rng.normal(0, 1, shape).astype(np.float32)
        data = source if kind == T.F32 else source.astype(np.float16) if kind == T.F16 else gguf.quants.quantize(source, kind)
        writer.add_tensor(name, data, raw_dtype=kind)
        expected[name] = data.astype(np.float32) if kind in (T.F32, T.F16) else gguf.quants.dequantize(data, kind)
    for kind in SCALES:
        data = k_blocks(rng, kind, 2)
        writer.add_tensor(kind.name.lower(), data, raw_dtype=kind)
        expected[kind.name.lower()] = gguf.quants.dequantize(data, kind)
    writer.add_tensor("not_readable", rng.integers(0, 256, (1, 84), dtype=np.uint8), raw_dtype=T.Q2_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    read = {t.name: t for t in gguf.GGUFReader(HERE / "small.gguf").tensors}
    for name, values in expected.items():
        assert list(reversed(read[name].shape.tolist())) == list(values.shape), name
    safetensors.numpy.save_file({k: np.ascontiguousarray(v) for k, v in expected.items()}, HERE / "small-gguf.safetensors")
    versions = {"python": platform.python_version(), **{p: importlib.metadata.version(p) for p in ("gguf", "numpy", "safetensors")}}
    (HERE / "versions-gguf.json").write_text(json.dumps(versions, indent=2) + "\n")


if __name__ == "__main__":
    main()
