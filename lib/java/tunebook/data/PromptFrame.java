package tunebook.data;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tunebook.tokenizer.Tokenizer;

/// What the prompts of a training set have in common: the tokens that all of them begin and end with.
///
/// A model is sensitive to it. Prompts that differ from it in white space alone are what [#spacing] finds: a line break more or less is hard to see and
/// costs much of what was learned.
///
/// @param head [any] tokens that every prompt begins with
/// @param tail [any] tokens that every prompt ends with
public record PromptFrame(int[] head, int[] tail) {
    /// Of the prompts of `examples`: what stands before the first learned token. Empty where fewer than two prompts differ.
    public static Optional<PromptFrame> of(List<Example> examples) {
        Set<List<Integer>> prompts = new HashSet<>();
        for (Example e : examples) prompts.add(prompt(e));
        if (prompts.size() < 2) return Optional.empty();
        List<List<Integer>> all = List.copyOf(prompts);
        int shortest = all.stream().mapToInt(List::size).min().orElse(0);
        int head = 0;
        while (head < shortest && agree(all, head, false)) head++;
        int tail = 0;
        while (tail < shortest - head && agree(all, tail, true)) tail++;
        int[] one = all.getFirst().stream().mapToInt(Integer::intValue).toArray();
        return Optional.of(new PromptFrame(Arrays.copyOf(one, head), Arrays.copyOfRange(one, one.length - tail, one.length)));
    }

    private static List<Integer> prompt(Example e) {
        int n = 0;
        while (n < e.length() && !e.learned()[n]) n++;
        return Arrays.stream(e.tokens(), 0, n).boxed().toList();
    }

    private static boolean agree(List<List<Integer>> all, int at, boolean fromEnd) {
        return all.stream().map(p -> p.get(fromEnd ? p.size() - 1 - at : at)).distinct().count() == 1;
    }

    /// Says that some of `prompts` are written as the trained ones but for white space; empty where none is.
    public Optional<String> spacing(List<int[]> prompts, Tokenizer tokenizer) {
        String begin = tokenizer.decode(head);
        String end = tokenizer.decode(tail);
        int count = 0;
        String first = "";
        for (int[] prompt : prompts) {
            if (fits(prompt)) continue;
            String text = tokenizer.decode(prompt);
            boolean begins = !text.startsWith(begin) && bare(text).startsWith(bare(begin));
            boolean ends = !text.endsWith(end) && bare(text).endsWith(bare(end));
            if ((begins || ends) && count++ == 0)
                first = begins ? "begins \"" + shown(text.substring(0, Math.min(text.length(), begin.length() + 4))) + "…\", trained \"" + shown(begin) + "…\""
                    : "ends \"…" + shown(text.substring(Math.max(0, text.length() - end.length() - 4))) + "\", trained \"…" + shown(end) + "\"";
        }
        return count == 0 ? Optional.empty() : Optional.of("prompts differ from the trained ones in white space — " + count + " of " + prompts.size()
            + ", the first " + first + " — write them as in training");
    }

    private boolean fits(int[] prompt) {
        return prompt.length >= head.length + tail.length && Arrays.equals(head, Arrays.copyOf(prompt, head.length))
            && Arrays.equals(tail, Arrays.copyOfRange(prompt, prompt.length - tail.length, prompt.length));
    }

    private static String bare(String text) {
        return text.replaceAll("\\s+", "");
    }

    private static String shown(String text) {
        return text.replace("\n", "\\n").replace("\t", "\\t");
    }
}
