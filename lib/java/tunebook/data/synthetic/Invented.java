package tunebook.data.synthetic;

import java.util.List;
import java.util.random.RandomGenerator;

/// Words that no dictionary holds, so that copying them cannot be remembered.
record Invented(RandomGenerator random) {
    private static final List<String> ONSETS = List.of("b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kl",
            "l", "m", "n", "p", "pl", "qu", "r", "s", "sh", "st", "t", "tr", "v", "w", "x", "y", "z");
    private static final List<String> VOWELS = List.of("a", "e", "i", "o", "u", "ai", "ea", "ou", "é", "ö", "ü", "á");
    private static final List<String> CODAS = List.of("", "", "", "n", "r", "l", "s", "m", "t", "k", "x", "rn", "st");

    /// A lower-case word of one to three syllables; accents only where asked for.
    String word(boolean accents) {
        var word = new StringBuilder();
        for (int syllables = 1 + random.nextInt(5) / 2; syllables > 0; syllables--)
            word.append(Lexicon.pick(random, ONSETS))
                    .append(VOWELS.get(random.nextInt(accents && random.nextInt(4) == 0 ? VOWELS.size() : 8)))
                    .append(Lexicon.pick(random, CODAS));
        return word.length() < 4 ? word.append(Lexicon.pick(random, List.of("ra", "to", "ni"))).toString() : word.toString();
    }

    /// The same with a capital.
    String name() {
        return Wording.capital(word(true));
    }

    /// A word of two to five letters in another script. `letters` are those of the script's word lists; one word in four is of
    /// any letters of their Unicode block instead, most of which a small tokenizer spells in bytes.
    String foreign(List<Integer> letters) {
        boolean any = random.nextInt(4) == 0;
        Character.UnicodeBlock block = Character.UnicodeBlock.of(Lexicon.pick(random, letters));
        int around = letters.stream().filter(c -> Character.UnicodeBlock.of(c) == block).mapToInt(c -> c).min().orElseThrow();
        var word = new StringBuilder();
        for (int left = random.nextInt(2, 6); left > 0; ) {
            int letter = any ? around + random.nextInt(2000) : Lexicon.pick(random, letters);
            if (any && (!Character.isLetter(letter) || Character.UnicodeBlock.of(letter) != block)) continue;
            word.appendCodePoint(letter);
            left--;
        }
        return word.toString();
    }

    /// Letters and digits as on a label: `K7-QX41`, `ABQ`, `R218`.
    String code() {
        String dash = random.nextInt(3) == 0 ? "-" : "";
        return letters(random.nextInt(1, 4)) + dash + digits(random.nextInt(1, 5)) + (random.nextInt(3) == 0 ? letters(2) : "");
    }

    String letters(int count) {
        return text(count, 'A', 26);
    }

    String digits(int count) {
        return text(count, '0', 10);
    }

    private String text(int count, char first, int range) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) text.append((char) (first + random.nextInt(range)));
        return text.toString();
    }
}
