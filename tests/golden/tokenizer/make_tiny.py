"""Trains the tiny tokenizer of the tests and records what the tokenizers library makes of some strings.

    python tests/golden/tokenizer/make_tiny.py

Writes tiny.json (a Gemma-like tokenizer: byte pairs with byte fallback, spaces as U+2581, control tokens) and
tiny-ids.json. Made with tokenizers 0.23.3.
"""
import json
import pathlib

import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent
CONTROL = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
PLAIN = ["<start_function_declaration>", "<end_function_declaration>", "<start_function_call>", "<end_function_call>",
         "<start_function_response>", "<end_function_response>", "<escape>", "\n", "\n\n", "\n\n\n", "\t"]
WORDS = """declaration description parameters properties required type STRING OBJECT INTEGER call response user model
developer turn on the flashlight show map of a bakery in send email to create calendar event query title date time body
the location to search for opens settings You are a model that can do function calling with the following functions
안녕하세요 지도 보여 줘 내일 오후 세 시에 회의 the quick brown fox jumps over the lazy dog and then some more text""".split()


def train():
    tok = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tok.normalizer = normalizers.Replace(" ", "▁")
    tok.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    special = [AddedToken(t, normalized=False, special=True) for t in CONTROL]
    alphabet = [f"<0x{i:02X}>" for i in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=640, special_tokens=special + alphabet, show_progress=False, min_frequency=1)
    text = " ".join(WORDS)
    tok.train_from_iterator([text, text.replace(" ", "▁"), " ".join(reversed(WORDS))], trainer)
    data = json.loads(tok.to_str())
    # The trainer can only add byte tokens as special ones; a model's file has them in the vocabulary alone.
    data["added_tokens"] = [t for t in data["added_tokens"] if not t["content"].startswith("<0x")]
    tok = Tokenizer.from_str(json.dumps(data))
    tok.add_tokens([AddedToken(t, normalized=False, special=False) for t in PLAIN])
    return tok


def strings():
    yield from ["", " ", "  ", "   leading", "trailing   ", "\n", "\n\n\n\n", "\t\ttabs", "a", "the quick brown fox",
                "show_map", "안녕하세요", "내일 오후 세 시에 회의", "한글과 English 섞기", "이모지 🙂👩‍👩‍👧‍👦 끝", "🇰🇷", "ﬁ ligature", "é é", "日本語と中文",
                "Ω≈ç√∫", "مرحبا", "שלום", "\u0000\u0001", "\u200b\u200d", "�", "▁▁", "<bos>", "<bos><bos>x", "<start_of_turn>user\nhi<end_of_turn>\n",
                "<start_function_call>call:show_map{query:<escape>bakery<escape>}<end_function_call><start_function_response>",
                "< bos >", "<bos", "<0x41>", "<unk>", "x<pad>y", "line one\nline two\r\nline three", "def f(x):\n    return x + 1\n",
                "{\"a\": [1, 2.5, true, null]}", "https://example.org/?q=1&r=%20", "1234567890", "--- *** ---", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
                "a" * 100, "the " * 400]


if __name__ == "__main__":
    tok = train()
    (HERE / "tiny.json").write_text(json.dumps(json.loads(tok.to_str()), ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    rows = []
    for s in strings():
        ids = tok.encode(s, add_special_tokens=False).ids
        rows.append({"text": s, "ids": ids, "decoded": tok.decode(ids, skip_special_tokens=False),
                     "decodedWithoutSpecial": tok.decode(ids, skip_special_tokens=True)})
    head = {"made_by": "make_tiny.py", "tokenizers": tokenizers.__version__, "vocabSize": tok.get_vocab_size(), "rows": rows}
    (HERE / "tiny-ids.json").write_text(json.dumps(head, ensure_ascii=True, indent=0) + "\n")
