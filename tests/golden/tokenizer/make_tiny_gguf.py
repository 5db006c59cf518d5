"""Writes tiny.gguf (a vocabulary without tensors) and tiny-gguf-ids.json: what transformers' generate_merges and the
tokenizers library make of it.

    python tests/golden/tokenizer/make_tiny_gguf.py

Pieces are those of tiny.json plus runs of spaces; scores fall with the id, and control and user-defined pieces have
-1000, as converters write them. Made with gguf 0.19, transformers 5.23.0 and tokenizers 0.23.3.
"""
import json
import pathlib

import gguf
import tokenizers
import transformers
from make_tiny import CONTROL, PLAIN, strings
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers
from transformers.convert_slow_tokenizer import generate_merges

HERE = pathlib.Path(__file__).parent


def main():
    tiny = json.loads((HERE / "tiny.json").read_text(encoding="utf-8"))
    pieces = [t for t, _ in sorted({**tiny["model"]["vocab"], **{a["content"]: a["id"] for a in tiny["added_tokens"]}}.items(), key=lambda e: e[1])]
    pieces += ["  ", "   ", "    "]
    types, scores = [], []
    for i, p in enumerate(pieces):
        kind = 3 if p in CONTROL else 4 if p in PLAIN or p.isspace() else 6 if p.startswith("<0x") else 1
        types.append(kind)
        scores.append({3: -1000.0, 4: -1000.0, 6: 0.0, 1: -float(i)}[kind])
    writer = gguf.GGUFWriter(HERE / "tiny.gguf", "gemma3")
    writer.add_tokenizer_model("llama")
    writer.add_token_list([p.encode() for p in pieces])
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_bos_token_id(pieces.index("<bos>"))
    writer.add_eos_token_id(pieces.index("<end_of_turn>"))
    writer.add_unk_token_id(pieces.index("<unk>"))
    writer.add_add_space_prefix(False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()

    names = [p.replace(" ", "▁") for p in pieces]
    vocab = {p: i for i, p in enumerate(names)}
    merges = generate_merges(vocab, {p: 0.0 if t in (3, 4) else s for p, s, t in zip(names, scores, types)})
    tok = Tokenizer(models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tok.normalizer = normalizers.Replace(" ", "▁")
    tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tok.add_tokens([AddedToken(p, normalized=False, special=t == 3) for p, t in zip(names, types) if t in (3, 4)])
    rows = [{"text": s, "ids": tok.encode(s, add_special_tokens=False).ids}
            for s in [*strings(), "a  b   c    d     e      f", "          ", "   the quick", " \n  x"]]
    head = {"made_by": "make_tiny_gguf.py", "tokenizers": tokenizers.__version__, "transformers": transformers.__version__,
            "merges": [f"{a}\t{b}" for a, b in merges], "rows": rows}
    (HERE / "tiny-gguf-ids.json").write_text(json.dumps(head, ensure_ascii=True, indent=0) + "\n")


if __name__ == "__main__":
    main()
