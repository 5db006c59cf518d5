package tunebook.data.synthetic;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Tools put together by chance: a verb, an object (often an invented word) and parameters whose names may be invented too.
/// They stand for no domain, so the only way to call them is to read how they are declared.
record ComposedTools(RandomGenerator random) {
    private static final List<String> VERBS = List.of("open", "close", "start", "stop", "check", "clean", "lock", "unlock", "move",
            "paint", "count", "sort", "pack", "fix", "rent", "build", "scan", "tune", "wash", "weigh", "print", "fold", "test",
            "load", "cool", "heat", "lift", "lower", "fill", "empty", "join", "split", "mark", "order", "ship", "sell");
    private static final List<String> OBJECTS = List.of("gate", "valve", "drawer", "pump", "kiln", "loom", "crane", "ferry", "tunnel",
            "kennel", "saddle", "barrel", "tractor", "turbine", "canoe", "easel", "anvil", "trolley", "beehive", "furnace", "carousel",
            "windmill", "sail", "cellar", "elevator", "conveyor", "tank", "shed", "hangar", "silo", "drill", "mixer", "freezer", "safe");
    private static final List<Word> WORDS = List.of(
            new Word("label", ValueKind.TITLE), new Word("theme", ValueKind.TITLE), new Word("part", ValueKind.TITLE),
            new Word("code", ValueKind.CODE), new Word("serial", ValueKind.CODE), new Word("badge", ValueKind.CODE),
            new Word("owner", ValueKind.PERSON), new Word("keeper", ValueKind.PERSON), new Word("client", ValueKind.PERSON),
            new Word("level", ValueKind.NUMBER), new Word("count", ValueKind.NUMBER), new Word("size", ValueKind.NUMBER),
            new Word("site", ValueKind.PLACE), new Word("town", ValueKind.PLACE), new Word("lane", ValueKind.STREET),
            new Word("note", ValueKind.TEXT), new Word("remark", ValueKind.TEXT), new Word("login", ValueKind.ADDRESS),
            new Word("line", ValueKind.PHONE), new Word("brand", ValueKind.INVENTED), new Word("model", ValueKind.INVENTED));

    private record Word(String text, ValueKind kind) {}

    /// A tool with `fewest` to `most` parameters (0 to 5), or one more where `withDate` asks for a date.
    ToolSpec tool(int fewest, int most, boolean withDate) {
        return tool(Lexicon.pick(random, VERBS), object(), random.nextInt(fewest, most + 1), withDate);
    }

    /// Another tool that shares the verb or the object of `other`, to be told from it.
    ToolSpec neighbour(ToolSpec other, int most) {
        String[] words = other.domain().split(" ");
        int count = random.nextInt(most + 1);
        return random.nextBoolean() ? tool(words[0], object(), count, false) : tool(Lexicon.pick(random, VERBS), words[1], count, false);
    }

    private String object() {
        return random.nextInt(3) == 0 ? new Invented(random).word(false) : Lexicon.pick(random, OBJECTS);
    }

    private ToolSpec tool(String verb, String object, int count, boolean withDate) {
        var params = new ArrayList<ToolSpec.Param>();
        var clauses = new ArrayList<String>();
        List<Word> words = someWords(count);
        for (Word word : words) {
            params.add(param(word.text(), word.kind()));
            clauses.add(clause(word.text(), params.size(), clauses.isEmpty()));
        }
        if (withDate) params.add(param(Lexicon.pick(random, List.of("start", "moment", "due", "slot")), ValueKind.DATE));
        String phrase = verb + " the " + object + (withDate ? " {" + params.size() + "}" : "") + String.join("", clauses);
        return new ToolSpec(verb + " " + object, List.of(name(verb, object)), List.of(third(verb) + " the " + object),
                params, List.of(phrase));
    }

    private String name(String verb, String object) {
        return switch (random.nextInt(7)) {
            case 0 -> new Invented(random).word(false) + "_" + new Invented(random).word(false);
            case 1, 2 -> object + "_" + verb;
            default -> verb + "_" + object;
        };
    }

    private List<Word> someWords(int count) {
        var words = new ArrayList<>(WORDS);
        Collections.shuffle(words, Random.from(random));
        return words.subList(0, count);
    }

    /// The request says `word`; the parameter is called so too, or by an invented name whose description says it.
    private ToolSpec.Param param(String word, ValueKind kind) {
        String name = switch (random.nextInt(6)) {
            case 0 -> new Invented(random).word(false);
            case 1 -> word + "_" + Lexicon.pick(random, List.of("name", "value", "text", "field"));
            default -> word;
        };
        return new ToolSpec.Param(List.of(name), false, kind, List.of(), List.of("The " + word));
    }

    private String clause(String word, int index, boolean first) {
        String slot = "{" + index + "}";
        List<String> forms = first
                ? List.of(" with " + word + " " + slot, " with the " + word + " " + slot, ", " + word + " " + slot, " using " + slot + " as the " + word)
                : List.of(", " + word + " " + slot, " and " + word + " " + slot, ", the " + word + " " + slot);
        return Lexicon.pick(random, forms);
    }

    private static String third(String verb) {
        boolean hisses = IntStream.of('s', 'x', 'h').anyMatch(c -> verb.charAt(verb.length() - 1) == c);
        String form = verb.equals("empty") ? "empties" : verb + (hisses && !verb.endsWith("gh") ? "es" : "s");
        return Wording.capital(form);
    }
}
