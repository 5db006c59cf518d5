"""Writes text_scores.json: BLEU, chrF and tokenizer results of sacrebleu, for TextScoresGoldenTest.

    pip install sacrebleu==2.6.0
    python tests/golden/eval/make_text_scores.py
"""
import itertools
import json
import logging
import pathlib
import random
import sys
import unicodedata

import regex
import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.metrics.bleu import _get_tokenizer

logging.getLogger("sacrebleu").setLevel(logging.ERROR)
random.seed(20260801)
HERE = pathlib.Path(__file__).parent
TOKENIZERS = ["13a", "intl", "char", "none"]

# hypothesis, then its references
ENGLISH = [
    ["The cat sat on the mat.", "The cat is sitting on the mat."],
    ["The dog bit the man.", "The dog had bit the man.", "The dog bit the man."],
    ["It wasn't surprising.", "No one was surprised.", "It was not unexpected."],
    ["The man had just bitten him.", "The man bit him first.", "The man had bitten the dog."],
    ["there is a cat on the mat", "the cat is on the mat", "there is a cat on the mat"],
    ["the the the the the the the", "the cat is on the mat", "there is a cat on the mat"],
    ["It is a guide to action which ensures that the military always obeys the commands of the party.",
     "It is a guide to action that ensures that the military will forever heed Party commands.",
     "It is the guiding principle which guarantees the military forces always being under the command of the Party."],
    ["A quick brown fox jumps over the lazy dog", "The quick brown fox jumped over the lazy dog!"],
    ["Set an alarm for seven", "Set an alarm for 7:00 a.m."],
    ["completely different words here", "nothing in common at all"],
    ["one", "one"],
    ["one two", "one two"],
    ["one two three", "one two three four five six seven eight"],
    ["one two three four five six seven eight", "one two three"],
    # both references are as near in length
    ["one two three four five", "one two three four five six", "one two three four"],
    ["one two three four six", "one two three four", "one two three four five six"],
    ["UPPER case Words", "upper Case words"],
    ["İstanbul'da ΟΔΥΣΣΕΥΣ straße GROẞ", "i̇stanbul'da οδυσσευς strasse groß"],
]
KOREAN = [
    ["안녕하세요. 오늘 날씨가 좋네요.", "안녕하세요! 오늘 날씨가 참 좋네요."],
    ["왜 그렇게 생각하나요?", "왜 그렇게 생각하시나요?", "그렇게 생각하는 이유는 무엇인가요?"],
    ["물은 100도에서 끓습니다.", "물은 섭씨 100도에서 끓는다.", "물은 100℃에서 끓습니다."],
    ["내일 오후 3시 30분에 회의가 있어요", "내일 오후 3:30에 회의가 있습니다."],
    ["그 책은 12,000원이에요.", "그 책은 1만 2천 원입니다.", "그 책은 12,000원입니다."],
    ["‘소크라테스’는 “너 자신을 알라”고 말했다.", "소크라테스는 '너 자신을 알라'고 말했다."],
    ["서울(Seoul)은 대한민국의 수도이다.", "대한민국의 수도는 서울(Seoul)이다."],
    ["질문: 이 수열의 다음 항은? 1, 1, 2, 3, 5…", "이 수열의 다음 항은 무엇일까요? 1, 1, 2, 3, 5, …"],
    ["맞아요, 그렇다면 반대의 경우는 어떨까요?", "맞습니다. 그렇다면 반대의 경우는 어떻습니까?"],
    ["ㅋㅋㅋ 정말요?? ㅠㅠ", "ㅋㅋ 정말요? ㅠㅠ"],
    [unicodedata.normalize("NFD", "한글 자모"), "한글 자모"],
    ["「한국어」·『문학』", "한국어 · 문학"],
    ["김치찌개를 먹었다", "김치찌개를 먹었다"],
    ["김치찌개를먹었다", "김치찌개를 먹었다"],
    ["", "빈 답입니다."],
    ["빈 정답", ""],
]
SYMBOLS = [
    ["I ❤️ Java ☕ and 🐍!", "I love Java ☕ and 🐍."],
    ["👨‍👩‍👧‍👦 family 👩🏽‍🚀", "👨‍👩‍👧 family 👩🏽‍🚀 🚀"],
    ["🇰🇷🇰🇷 대한민국 🎉🎉🎉", "🇰🇷 대한민국 🎉"],
    ["It costs $1,234.56 (±3.5%).", "It costs $1,234.5 (± 3.5 %)."],
    ["3.14159, 2.71828; 1.41421.", "3.14159 , 2.71828 ; 1.41421 ."],
    ["In 1999. In 2000, too", "In 1999 . In 2000 , too"],
    ["10-20 years, state-of-the-art, 2026-08-01", "10 - 20 years, state of the art, 2026 - 08 - 01"],
    ["e-mail me at a.b@c-d.org/x?y=1&z=2#top", "email me at a.b@c-d.org / x ? y = 1 & z = 2"],
    ["&quot;quoted&quot; &amp; &lt;tag&gt; &apos;s &amp;lt;", "\"quoted\" & <tag> 's &lt;"],
    ["<skipped>kept hyphen-\nated\nlines", "kept hyphenated lines"],
    ["{a}[b](c)<d>~`!@#$%^&*_+=|\\:;\"'?/", "{ a } [ b ] ( c ) < d > ~ ` ! @ # $ % ^ & * _ + = | \\ : ; \" ' ? /"],
    ["don't we'll 'tis O'Neill's rock'n'roll", "do n't we 'll 't is O'Neill 's rock 'n' roll"],
    ["x² + y³ ≤ ½·π → ∞, №5 Ⅻ ①", "x2 + y3 <= 1/2 * pi -> inf, No. 5 XII 1"],
    ["١٢٣,٤٥٦ و ۱۲۳٫۴۵", "123,456 و 123.45"],
    ["१२३.४५ रुपये। ठीक", "123.45 रुपये । ठीक"],
    ["你好,世界!今天是2026年8月1日。", "你好世界,今天是 2026 年 8 月 1 日。"],
    ["これは「テスト」です。12.5%", "これは テスト です 。 12.5 %"],
    ["¿Qué? ¡Vale! «Oui» – „Ja“ — ‹no›", "Qué? Vale! \"Oui\" - \"Ja\" - no"],
    ["tabs\tand\u00a0no-break\u3000ideographic\u2003em\u200bzero\u2060width", "tabs and no-break ideographic em zero width"],
    ["line\u2028sep\u0085next\x1cfile\x1funit\x0bvt\x0cff", "line sep next file unit vt ff"],
    ["  leading and trailing  \n", "leading and trailing"],
    ["...", "…"], [".", "."], [",.,.", ", . , ."], ["1.", "1 ."], [".1", ". 1"], ["1,", "1 ,"], ["a.b.c", "a . b . c"],
    ["1.2.3.4", "1 . 2 . 3 . 4"], ["1-2", "1 -2"], ["-1 - -2", "- 1 - - 2"], ["a,b", "a , b"], ["5,a", "5 , a"], ["a,5", "a , 5"],
    ["$5.00-$6.00", "$ 5.00 - $ 6.00"], ["..1..2..", ". . 1 . . 2 . ."], ["!!??", "! ! ? ?"], ["(hi)", "( hi )"],
    ["(hi", "( hi"], ["hi)", "hi )"], ["((a))", "( ( a ) )"], ["\"", "\""], ["a", "b"], ["", ""], [" ", "a"], ["a", " "], ["\n", "\n"],
    ["𝒳𝒴 𝟙𝟚.𝟛 𐍈 𒐕", "XY 12.3 𐍈 𒐕"],
    ["²,³ ½.¼ Ⅳ.Ⅴ 〇,一", "2,3 ½ . ¼ IV.V 〇 , 一"],
    ["ab\u0301c. e\u0301,1 n\u0303-", "abć. é,1 ñ-"],
    ["₩10,000 €5.5 £3 ¥2 ₹1 ₿0.1", "₩ 10,000 € 5.5 £ 3 ¥ 2 ₹ 1 ₿ 0.1"],
]

ALPHABETS = [
    "ab ,.1-2&;'\"()<>/ \n\t$%",
    "가나다 라.,?!1-2…·“”()「」",
    "a1.,Ⅳ½²①一〇٣४.,-+=<>^$€₩£ «»„“‘’—–·¿。、()",
    "aé ñ\u0301\u200d\ufe0f👍🏽👩❤️🇰🇷☕1️⃣.,!",
    "AΣσςΑ.Σ' ΣΑ\u0301 İIıßẞDŽNjĀ",
]


def random_pairs(count):
    pairs = []
    for i in range(count):
        letters = ALPHABETS[i % len(ALPHABETS)]
        ref = "".join(random.choice(letters) for _ in range(random.randrange(4, 40)))
        hyp = "".join(random.choice(letters) if random.random() < 0.15 else c for c in ref if random.random() > 0.1)
        pairs.append([hyp, ref])
    return pairs


SEGMENTS = ENGLISH + KOREAN + SYMBOLS + random_pairs(60)
CORPORA = {
    "english": list(range(len(ENGLISH))),
    "korean": list(range(len(ENGLISH), len(ENGLISH) + len(KOREAN))),
    "symbols": list(range(len(ENGLISH) + len(KOREAN), len(ENGLISH) + len(KOREAN) + len(SYMBOLS))),
    "random": list(range(len(SEGMENTS) - 60, len(SEGMENTS))),
    "all": list(range(len(SEGMENTS))),
    "one": [0],
    "no matches": [9],
    "only empty": [SEGMENTS.index(["", ""])] * 3,
    "two references": [1, 2, 3, 4, 5, 6],
}
SEGMENTS_OF = {name: [SEGMENTS[i] for i in indices] for name, indices in CORPORA.items()}


def streams(segments):
    """sacrebleu takes one list for each reference position, None where a segment has fewer."""
    return [list(column) for column in itertools.zip_longest(*[s[1:] for s in segments])]


def bleu_result(args, segments, sentence):
    metric = BLEU(**args)
    if sentence:
        score = metric.sentence_score(segments[0][0], segments[0][1:])
    else:
        score = metric.corpus_score([s[0] for s in segments], streams(segments))
    return {"score": score.score, "bp": score.bp, "precisions": score.precisions, "hyp": score.sys_len,
            "ref": score.ref_len, "text": str(score), "signature": str(metric.get_signature())}


def chrf_result(args, segments, sentence):
    metric = CHRF(**args)
    if sentence:
        score = metric.sentence_score(segments[0][0], segments[0][1:])
    else:
        score = metric.corpus_score([s[0] for s in segments], streams(segments))
    return {"score": score.score, "text": str(score), "signature": str(metric.get_signature())}


def bleu_configs():
    for tokenizer in TOKENIZERS:
        for smooth, value in [("exp", None), ("none", None), ("floor", None), ("floor", 0.5), ("add-k", None), ("add-k", 2)]:
            for effective in [False, True]:
                yield dict(tokenize=tokenizer, smooth_method=smooth, smooth_value=value, effective_order=effective,
                           lowercase=False, max_ngram_order=4)
    for tokenizer in TOKENIZERS:
        yield dict(tokenize=tokenizer, smooth_method="exp", smooth_value=None, effective_order=True, lowercase=True,
                   max_ngram_order=4)
    for order in [1, 2, 6]:
        yield dict(tokenize="13a", smooth_method="exp", smooth_value=None, effective_order=False, lowercase=False,
                   max_ngram_order=order)


def chrf_configs():
    base = dict(char_order=6, word_order=0, beta=2, lowercase=False, whitespace=False, eps_smoothing=False)
    for word_order in [0, 2]:
        for eps in [False, True]:
            for whitespace in [False, True]:
                yield base | dict(word_order=word_order, eps_smoothing=eps, whitespace=whitespace)
        yield base | dict(word_order=word_order, lowercase=True)
        yield base | dict(word_order=word_order, beta=1)
        yield base | dict(word_order=word_order, beta=3)
    yield base | dict(word_order=1)
    yield base | dict(char_order=4)
    yield base | dict(char_order=0, word_order=2)


def ranges(codes):
    """Runs of a sorted list, as first-last in hexadecimal."""
    runs = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return " ".join(f"{a:x}-{b:x}" for a, b in runs)


CODES = [c for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000]

corpus_cases = []
for name in CORPORA:
    for args in bleu_configs():
        if name in ("all", "korean") or args["smooth_method"] == "exp":
            corpus_cases.append({"corpus": name, "bleu": args} | bleu_result(args, SEGMENTS_OF[name], False))
    for args in chrf_configs():
        if name in ("all", "korean", "english") or args["beta"] == 2:
            corpus_cases.append({"corpus": name, "chrf": args} | chrf_result(args, SEGMENTS_OF[name], False))

# A sentence is scored with these; one list of scores for each segment, in this order.
sentence_bleu = [a for a in bleu_configs() if a["effective_order"] and a["smooth_value"] is None]
sentence_chrf = list(chrf_configs())
sentence_scores = [
    [bleu_result(a, [s], True)["score"] for a in sentence_bleu] + [chrf_result(a, [s], True)["score"] for a in sentence_chrf]
    for s in SEGMENTS]

golden = {
    "made_with": {"sacrebleu": sacrebleu.__version__, "regex": regex.__version__, "python": sys.version.split()[0],
                  "unicodedata": unicodedata.unidata_version},
    "segments": SEGMENTS,
    "corpora": CORPORA,
    "corpus_cases": corpus_cases,
    "sentence_bleu": sentence_bleu,
    "sentence_chrf": sentence_chrf,
    "sentence_scores": sentence_scores,
    "tokens": {t: [_get_tokenizer(t)()(s[0].rstrip()).split() for s in SEGMENTS] for t in ["13a", "intl"]},
    "lowercase": [s[0].lower() for s in SEGMENTS],
    "whitespace": ranges([c for c in CODES if chr(c).isspace()]),
    "classes": {k: ranges([c for c in CODES if regex.match(r"\p{%s}" % k, chr(c))]) for k in "PSN"},
}
text = json.dumps(golden, ensure_ascii=True, indent=None, separators=(",", ":"))
lines = text.replace('},{"corpus"', '},\n{"corpus"').replace('],[', '],\n[') + "\n"
assert json.loads(lines) == golden
(HERE / "text_scores.json").write_text(lines)
print(len(SEGMENTS), "segments,", len(corpus_cases), "corpus cases,",
      len(SEGMENTS) * (len(sentence_bleu) + len(sentence_chrf)), "sentence scores,", len(text), "bytes")
