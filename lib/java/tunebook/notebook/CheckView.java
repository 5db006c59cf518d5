package tunebook.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tunebook.check.Check;

/// What was looked at, line by line; under what is wrong, what to do next.
///
/// @param checks in the order they were made
public record CheckView(List<Check> checks) implements Display {
    public CheckView {
        checks = List.copyOf(checks);
    }

    /// A notebook need not tell where its machine keeps things.
    public static CheckView of(List<Check> checks) {
        return new CheckView(checks.stream().map(Check::withoutPaths).toList());
    }

    @Override
    public String text() {
        return checks.stream().map(Check::toString).collect(Collectors.joining("\n"));
    }

    @Override
    public String html() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "found", "next"));
        for (Check check : checks) rows.add(List.of(mark(check.level()), Html.escape(check.what()), Html.escape(check.remedy())));
        return Html.table(rows, List.of(false, false, false));
    }

    private static String mark(Check.Level level) {
        return switch (level) {
            case OK -> Html.span("background:" + Html.GOOD + ";border-radius:3px;padding:0 5px", "✓");
            case NONE -> Html.span(Html.FAINT, "–");
            case RED -> Html.span("background:" + Html.BAD + ";border-radius:3px;padding:0 5px", "✗");
        };
    }
}
