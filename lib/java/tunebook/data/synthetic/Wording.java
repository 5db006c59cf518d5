package tunebook.data.synthetic;

import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// How asked-for calls become one request: an opening, the parts and what joins them, an end.
final class Wording {
    private static final List<String> OPENINGS = List.of("please ", "hey, ", "now ", "I need you to ", "I want you to ");
    private static final List<String> QUESTIONS = List.of("could you ", "can you ", "would you ", "will you ");
    private static final List<String> JOINERS = List.of(", and ", " and then ", ", then ", ", and also ");
    private static final List<String> THANKS = List.of(", please", ", thanks", ", thank you", " right now", " quickly");

    private Wording() {}

    /// The request that asks for `calls` in their order.
    static String request(List<Call> calls, RandomGenerator random) {
        String joiner = Lexicon.pick(random, JOINERS);
        String body = calls.stream().map(Call::words).collect(Collectors.joining(joiner));
        // Thanks may only follow words that belong to no argument: else nobody could tell where the argument ends.
        if (calls.getLast().arguments().isEmpty() && calls.getLast().imperative() && random.nextInt(3) == 0)
            body += Lexicon.pick(random, THANKS);
        return opened(body, calls.getFirst(), random);
    }

    private static String opened(String body, Call first, RandomGenerator random) {
        int way = first.imperative() ? random.nextInt(4) : 3;
        String end = random.nextBoolean() ? "." : "";
        return switch (way) {
            case 0 -> capital(Lexicon.pick(random, QUESTIONS)) + body + "?";
            case 1 -> capital(Lexicon.pick(random, OPENINGS)) + body + end;
            // A request that opens with a value keeps the value's own first letter.
            default -> (first.opensWithValue() ? body : capital(body)) + end;
        };
    }

    static String capital(String text) {
        int first = text.offsetByCodePoints(0, 1);
        return text.substring(0, first).toUpperCase(Locale.ROOT) + text.substring(first);
    }
}
