"""Makes tokenizer.json and tokenizer_config.json of the tiny model from practice rows (see README.md for the command).

Needs `tokenizers` (written with 0.23.3). The same rows give the same files.

As Gemma's: BPE with byte fallback, spaces written as U+2581, no space added in front, digits one by one, <bos> put first.
Other than Gemma's: the text is cut into words before BPE, so that a value is cut the same way in the request and, behind
<escape>, in the call. A space is joined only to a lower-case English word; before names, digits and addresses it stands alone.
"""
import json
import sys
from collections import Counter
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SIZE = 4096
LETTERS = 400
SPECIAL = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", "<start_function_declaration>",
           "<end_function_declaration>", "<start_function_call>", "<end_function_call>", "<start_function_response>",
           "<end_function_response>", "<escape>"]
BYTES = [f"<0x{b:02X}>" for b in range(256)]
FRAGMENTS = [",parameters:{properties:{", ",parameters:{type:", ":{description:", "{description:", "}},required:[", "}},type:",
             "],type:", ",type:", "declaration:", "call:", "},", "}}", "STRING", "OBJECT"]


def escaped(fragment):
    return "".join("\\" + c if c in "{}[]" else c for c in fragment)


# In this order: what the format repeats, a line break, a digit, a space with its lower-case word (unless the word goes on in
# another way: bob@, R2), a further word of a name_like_this, a word, anything else.
WORDS = "|".join([*map(escaped, FRAGMENTS), r"\n", r"\p{N}",
                  r"▁[a-z]++(?![\p{L}\p{M}\p{N}@_]|[._-][\p{L}\p{N}])", r"_[a-z]+|[\p{L}\p{M}]+", r"▁", r"[^\p{L}\p{M}\p{N}▁\n]"])


def declaration(tool):
    function = tool["function"]
    properties = function["parameters"].get("properties", {})
    text = f"declaration:{function['name']}{{description:<escape>{function['description']}<escape>,parameters:{{"
    if properties:
        text += "properties:{" + ",".join(
            f"{name}:{{description:<escape>{properties[name]['description']}<escape>,type:<escape>{properties[name]['type']}<escape>}}"
            for name in sorted(properties)) + "},"
    if function["parameters"].get("required"):
        text += "required:[" + ",".join(f"<escape>{name}<escape>" for name in function["parameters"]["required"]) + "],"
    return f"<start_function_declaration>{text}type:<escape>{function['parameters']['type']}<escape>}}}}<end_function_declaration>"


def call(tool_call):
    function = tool_call["function"]
    arguments = ",".join(f"{name}:<escape>{value}<escape>" for name, value in sorted(function["arguments"].items()))
    return f"<start_function_call>call:{function['name']}{{{arguments}}}<end_function_call>"


def render(row):
    """The row as FunctionGemma's text, without <bos> (the tokenizer adds it)."""
    developer, user, answer = row["messages"]
    return (f"<start_of_turn>developer\n{developer['content'].strip()}{''.join(map(declaration, row['tools']))}<end_of_turn>\n"
            f"<start_of_turn>user\n{user['content'].strip()}<end_of_turn>\n<start_of_turn>model\n"
            f"{''.join(map(call, answer['tool_calls']))}<start_function_response>")


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [render(json.loads(line)) for line in lines]


def blank(model):
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(WORDS), "isolated")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return tokenizer


def alphabet(texts):
    """The most frequent characters. (The library's own choice among equally frequent ones changes from run to run.)"""
    counts = Counter(c for text in texts for c in text.replace(" ", "▁"))
    return sorted(counts, key=lambda c: (-counts[c], c))[:LETTERS]


def train(texts):
    learner = blank(models.BPE())
    trainer = trainers.BpeTrainer(vocab_size=SIZE - len(BYTES), special_tokens=SPECIAL, initial_alphabet=alphabet(texts),
                                  limit_alphabet=LETTERS, show_progress=False)
    learner.train_from_iterator(texts, trainer)
    learned = json.loads(learner.to_str())["model"]
    pieces = sorted((p for p in learned["vocab"] if p not in SPECIAL), key=learned["vocab"].get)
    vocabulary = {piece: i for i, piece in enumerate(SPECIAL + BYTES + pieces)}
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in learned["merges"]]
    tokenizer = blank(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in SPECIAL])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos>:1 $B:1", special_tokens=[("<bos>", vocabulary["<bos>"])])
    assert tokenizer.get_vocab_size() == SIZE, tokenizer.get_vocab_size()
    return tokenizer


CONFIG = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>",
          "unk_token": "<unk>", "add_bos_token": True, "add_eos_token": False, "clean_up_tokenization_spaces": False,
          "model_max_length": 2048, "padding_side": "left", "sot_token": "<start_of_turn>", "eot_token": "<end_of_turn>"}


def report(tokenizer, name, texts):
    lengths = sorted(len(tokenizer.encode(text).ids) for text in texts)
    for text in texts:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert tokenizer.decode(ids, skip_special_tokens=False) == text, text
    print(f"{name}: {len(texts)} rows, mean {sum(lengths) / len(lengths):.0f} tokens, median {lengths[len(lengths) // 2]}, "
          f"longest {lengths[-1]}; all decode to themselves")


def main(out, practice, *others):
    texts = read(practice)
    tokenizer = train(texts)
    Path(out).mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(Path(out, "tokenizer.json")))
    Path(out, "tokenizer_config.json").write_text(json.dumps(CONFIG, indent=2) + "\n", encoding="utf-8")
    for path in (practice, *others):
        report(tokenizer, path, read(path))


if __name__ == "__main__":
    main(*sys.argv[1:])
