package tunebook.data.synthetic;

import java.text.Normalizer;
import java.time.LocalDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Draws argument values for one row. Values never end in a full stop, question or exclamation mark, so that the end of a
/// request is never part of one.
record Values(RandomGenerator random, Lexicon lexicon, Lexicon.Pool pool, List<DateGrammar.Kind> dates, Words words, LocalDateTime now) {
    /// Where words come from: the word lists; those and invented ones; or, one value in three, the letter groups `pieces` too.
    record Words(boolean inventive, List<String> pieces) {
        static final Words LISTED = new Words(false, List.of());
        static final Words INVENTED = new Words(true, List.of());
    }

    private static final List<String> SCRIPTS = List.of("korean", "japanese", "cyrillic", "arabic", "hindi", "greek");

    private static final Set<ValueKind> SEWN = EnumSet.complementOf(EnumSet.of(ValueKind.DATE, ValueKind.NUMBER, ValueKind.PICK, ValueKind.PHONE));

    /// A name in two parts, in one script.
    record Person(String given, String family, boolean latin) {
        String full() {
            return given + " " + family;
        }
    }

    /// What the request says and what the call holds: the same but for dates.
    record Value(String said, String meant) {}

    Person person() {
        Invented invented = new Invented(random);
        if (words.inventive() && random.nextInt(3) == 0) return new Person(invented.name(), invented.name(), true);
        if (random.nextInt(8) > 0) return new Person(word("given"), word("family"), true);
        String script = Lexicon.pick(random, SCRIPTS);
        if (words.inventive() && random.nextBoolean()) return new Person(invented.foreign(lexicon.letters(script)), invented.foreign(lexicon.letters(script)), false);
        return new Person(word(script + "_given"), word(script + "_family"), false);
    }

    /// A value for `param`; `whose` is the person that given and family names and addresses are of.
    Value draw(ToolSpec.Param param, Person whose) {
        if (!words.pieces().isEmpty() && SEWN.contains(param.kind()) && random.nextInt(3) == 0) {
            String sewn = new Patchwork(random, words.pieces()).text();
            return new Value(sewn, sewn);
        }
        Invented invented = new Invented(random);
        String text = switch (param.kind()) {
            case GIVEN -> whose.given();
            case FAMILY -> whose.family();
            case PERSON -> person().full();
            case TITLE -> title(invented);
            case TEXT -> text(invented);
            case CODE -> invented.code();
            case NUMBER -> String.valueOf(random.nextInt(1, Lexicon.pick(random, List.of(10, 100, 100, 1000))));
            case PLACE -> random.nextInt(3) == 0 ? invented.name() : word("city");
            case STREET -> word("street") + " " + random.nextInt(1, 100);
            case ADDRESS -> address(whose, invented);
            case PHONE -> phone(invented);
            case INVENTED -> invented.name();
            case PICK -> Lexicon.pick(random, param.choices());
            case DATE -> DateGrammar.phrase(Lexicon.pick(random, dates), random, now);
            case OCCASION -> occasion();
            case SUBJECT -> subject();
            case BODY -> word("body_start") + " " + word("body_end");
            case QUERY -> query();
        };
        return new Value(text, param.kind() == ValueKind.DATE ? DateGrammar.stamp(DateGrammar.resolve(text, now)) : text);
    }

    private String word(String list) {
        return Lexicon.pick(random, lexicon.entries(list, pool));
    }

    private String foreign() {
        String script = Lexicon.pick(random, SCRIPTS);
        return words.inventive() && random.nextBoolean() ? new Invented(random).foreign(lexicon.letters(script)) : word(script + "_word");
    }

    private String repeated(int atMost, String between, Supplier<String> part) {
        return IntStream.range(0, random.nextInt(1, atMost + 1)).mapToObj(i -> part.get()).collect(Collectors.joining(between));
    }

    private String title(Invented invented) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> repeated(3, " ", () -> word("noun"));
            case 3, 4, 5 -> repeated(2, " ", invented::name);
            case 6 -> word("noun") + Lexicon.pick(random, List.of(" of ", " with ", " for ", " in ")) + invented.name();
            case 7 -> word("noun") + " " + invented.name() + " " + invented.digits(1);
            case 8 -> repeated(2, " ", this::foreign);
            default -> invented.letters(random.nextInt(2, 6)) + " " + word("noun");
        };
    }

    private String text(Invented invented) {
        return switch (random.nextInt(4)) {
            case 0 -> invented.name() + " " + repeated(4, " ", () -> random.nextBoolean() ? invented.word(false) : word("noun").toLowerCase(Locale.ROOT));
            case 1 -> person().given() + " " + word("ending");
            default -> word("opener") + " " + word("ending");
        };
    }

    private String address(Person whose, Invented invented) {
        String given = whose.latin() ? folded(whose.given()) : invented.word(false);
        String local = switch (random.nextInt(words.inventive() ? 4 : 3)) {
            case 0 -> given + "." + (whose.latin() ? folded(whose.family()) : invented.word(false));
            case 1 -> given + invented.digits(random.nextInt(1, 3));
            case 2 -> given;
            default -> invented.word(false) + Lexicon.pick(random, List.of("_", ".")) + invented.word(false);
        };
        return local + "@" + (words.inventive() && random.nextInt(2) == 0 ? invented.word(false) + ".example" : word("host"));
    }

    /// Numbers from ranges that are kept for fiction.
    private String phone(Invented invented) {
        return switch (random.nextInt(5)) {
            case 0 -> "555-01" + invented.digits(2);
            case 1 -> "+1 " + random.nextInt(201, 990) + " 555 01" + invented.digits(2);
            case 2 -> "+44 1632 960" + invented.digits(3);
            case 3 -> "+33 1 99 00 " + invented.digits(2) + " " + invented.digits(2);
            default -> "020 7946 0" + invented.digits(3);
        };
    }

    private String occasion() {
        return switch (random.nextInt(10)) {
            case 0 -> repeated(2, " ", this::foreign);
            case 1, 2 -> word("occasion") + " " + Lexicon.pick(random, List.of("with ", "for ")) + person().given();
            case 3 -> word("occasion") + " in " + word("city");
            default -> word("occasion");
        };
    }

    private String subject() {
        return switch (random.nextInt(9)) {
            case 0 -> foreign();
            case 1 -> word("subject") + " " + Lexicon.pick(random, List.of("from ", "for ")) + person().given();
            case 2 -> word("subject") + " in " + word("city");
            default -> word("subject");
        };
    }

    private String query() {
        return switch (random.nextInt(6)) {
            case 0, 1 -> word("landmark") + Lexicon.pick(random, List.of(" in ", ", ", " ")) + word("city");
            case 2, 3 -> word("street") + " " + random.nextInt(1, 100) + ", " + word("city");
            case 4 -> word("city");
            default -> word("landmark");
        };
    }

    /// `name` in small letters from a to z, as addresses have it.
    private static String folded(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replace("ø", "o").replace("ł", "l").replace("đ", "d").replace("ı", "i").replace("ß", "ss");
        return Normalizer.normalize(plain, Normalizer.Form.NFD).replaceAll("[^a-z]", "");
    }
}
