"""Records the ids that Gemma 3's own tokenizer gives for a corpus of strings.

    python tests/golden/tokenizer/make_corpus.py TOKENIZER_JSON

TOKENIZER_JSON is Gemma 3's tokenizer.json (33 MB, not part of this repository). Writes corpus.json. The strings are
written here or drawn from what is written here by a seeded generator. Made with tokenizers 0.23.3.
"""
import hashlib
import json
import pathlib
import random
import sys
import unicodedata

import tokenizers
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent

KOREAN = """안녕하세요, 반갑습니다.
내일 오후 세 시에 회의를 잡아 줘.
서울역 근처 맛집 좀 찾아줄래?
와이파이 설정을 열어 주세요!
'김민수'에게 메일 보내 줘: 제목은 "주간 보고"
전화번호는 010-1234-5678이고, 이메일은 minsu@example.com입니다.
소크라테스식 질문: 왜 그렇게 생각하나요?
가나다라마바사아자차카타파하
값싼 닭볶음탕 읊조리다 뷁 쀍 꿹
ㅋㅋㅋㅋㅋㅋ ㅠㅠ ㅇㅇ ㄱㄱ
2026년 1월 16일 (금) 오전 9:30
"그래서요?" 라고 물었다…
한국어와 English가 섞인 문장입니다
훈민정음(訓民正音)은 세종대왕이 1443년에 창제하였다
띄어쓰기없이길게이어지는한국어문장은어떻게나뉠까요
ᄒᆞᆫ글 옛한글 ㆍ ᅀᅵ""".split("\n")
EMOJI = ["🙂", "👩‍👩‍👧‍👦", "🇰🇷🇺🇸", "👍🏽", "❤️‍🔥", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🥟🥟🥟🥟", "☺︎☺️", "🫠🪿🩷", "a🙂b", "🙂 🙂  🙂"]
CODE = ["def f(x):\n    return x + 1\n", "for (int i = 0; i < n; i++) {\n\tsum += a[i];\n}", "#include <stdio.h>\nint main(void){return 0;}\n",
        "SELECT * FROM t WHERE a = 'b' -- c\n;", "<div class=\"x\">&nbsp;</div>", "const f = async ({a, b}) => `${a}-${b}`;", "fn main() { println!(\"{:?}\", vec![1u8; 3]); }",
        "{\"a\": [1, 2.5e-3, true, null], \"b\": {\"c\": \"\\u00e9\"}}", "\\begin{align}\n x^2 &= \\frac{1}{2} \\\\\n\\end{align}", "$ ls -la | grep '^d' > out.txt 2>&1",
        "public record Point(int x, int y) {}", "if x == 1:\n        pass\n    else:\n            y = 2\n", "λ x → x ∘ f", "a.b?.c ?? d!==e", "0x1F + 0b1010 - 1_000_000.0f",
        "/* comment */ // another\n\n\n\n#", "key: value\n  - item\n  - other: |\n      text\n", "<|im_start|>system<|im_end|>"]
CONTROL = ["<bos>", "<eos>", "<pad>", "<unk>", "<mask>", "[multimodal]", "<unused0>", "<unused99>", "<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>",
           "<table>", "<caption>", "<h1>", "<h6>", "<blockquote>", "<ul>", "<li>", "<code>", "<strong>", "</table>", "</li>", "</h1>", "<0x0A>", "<0xEC>", "<bos", "bos>",
           "< bos>", "<start_of_turn", "<Start_of_turn>", "<unused6300>", "<escape>", "<start_function_call>", "<<bos>>", "▁", "▁▁", "▁the", "\\n"]
MIXED = ["the quick brown fox jumps over the lazy dog", "日本語の文章です。カタカナ、ひらがな、漢字", "中文测试：你好，世界！", "Привет, мир! Ёжик", "مرحبا بالعالم ١٢٣", "שלום עולם",
         "नमस्ते दुनिया", "สวัสดีชาวโลก", "Γειά σου Κόσμε", "გამარჯობა", "Zażółć gęślą jaźń", "Đặng Thị Hồng Nhung", "İstanbul'da ığdır", "Straße Übermut", "naïve façade coöperate",
         "ሰላም ልዑል", "မင်္ဂလာပါ", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛", "𠮷野家 𪚥 𠀋", "ﬁ ﬂ ﷽ ㎏ Ⅻ", "e\u0301 a\u030a n\u0303", "\u200b\u200d\ufeff", "x\u00a0y\u2003z\u3000w", "\u2028\u2029\u0085", "\u0000\u0001\u001f\u007f",
         "\ue000\uf8ff", "…—–‘’“”«»", "½ ⅓ ² ₃ ‰", "→⇒⟶ ≤≥≠≈ ∑∏∫", "┌─┐│└┘█▓▒░", "http://example.org/a?b=c&d=%E2%9C%93#e", "user.name+tag@example.co.kr", "C:\\Temp\\x.txt",
         "3.14159265358979323846", "1234567890123456789", "00:50:30 2026-01-16T00:50:30+09:00", "$1,234.56 €9,99 ₩10,000", "AAAAAAAAAAAAAAAAAAAAAAAA", "aAbBcC dD_eE-fF", "!!!???...,,,;;;",
         "isn't it's we'll I'd they've", "ALLCAPS lowercase CamelCase snake_case kebab-case", "tab\tseparated\tvalues", "pneumonoultramicroscopicsilicovolcanoconiosis"]


def whitespace():
    for n in [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 30, 31, 32, 33, 40, 62, 63, 64, 100]:
        yield " " * n
        yield "\n" * n
        yield "\t" * n
        yield "a" + " " * n + "b"
        yield "\n" * n + "x" + "\n" * n
        yield " " * n + "the" + "\t" * n
    yield from ["\r\n", "a\r\nb\r\n", "\r", " \n \n ", "\n \n", "\t \t", " \t\n\r ", "  \n    \n", "x \n  \n\n   \n\n\n y", "\u3000\u3000", "\u00a0 \u00a0", "\v\f"]


def drawn(count):
    rng = random.Random(20260116)
    pools = [KOREAN, EMOJI, CODE, CONTROL, MIXED, [" ", "  ", "\n", "\n\n", "\t", "", ", ", ". "]]
    for _ in range(count):
        yield "".join(rng.choice(rng.choice(pools)) for _ in range(rng.randint(2, 6)))
    for _ in range(40):
        pool = rng.choice([KOREAN, MIXED, CODE])
        text = rng.choice(pool)
        a, b = sorted(rng.sample(range(len(text) + 1), 2))
        yield text[a:b]
    for _ in range(30):
        yield "".join(chr(rng.choice([rng.randrange(0x20, 0x7F), rng.randrange(0xA0, 0x3000), rng.randrange(0xAC00, 0xD7A4), rng.randrange(0x1F300, 0x1FA00)])) for _ in range(12))


def corpus():
    texts = [*KOREAN, *EMOJI, *CODE, *CONTROL, *MIXED, *whitespace(), *[unicodedata.normalize("NFD", k) for k in KOREAN], *drawn(180)]
    texts += [f"<start_of_turn>user\n{k}<end_of_turn>\n<start_of_turn>model\n" for k in KOREAN] + ["the " * 700, "가" * 700, " ".join(CODE * 4)]
    return list(dict.fromkeys(texts))


if __name__ == "__main__":
    source = pathlib.Path(sys.argv[1])
    tok = Tokenizer.from_file(str(source))
    rows = [[t, tok.encode(t, add_special_tokens=False).ids] for t in corpus()]
    head = {"made_by": "make_corpus.py", "tokenizers": tokenizers.__version__, "tokenizer_json_sha256": hashlib.sha256(source.read_bytes()).hexdigest(), "count": len(rows)}
    body = ",\n".join(json.dumps(r, ensure_ascii=True, separators=(",", ":")) for r in rows)
    (HERE / "corpus.json").write_text(json.dumps(head)[:-1] + ', "rows": [\n' + body + "\n]}\n")
    print(len(rows))
