package tunebook.data.synthetic;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tunebook.tensor.TunebookException;

/// The dates that requests may name: a day, then `at`, then a time of day (`next Friday at 3 pm`).
///
/// | day | means |
/// |---|---|
/// | `today`, `tomorrow`, `the day after tomorrow` | 0, 1, 2 days from the current date |
/// | `in N days` | N days from the current date |
/// | `Friday`, `on Friday`, `this Friday` | the first Friday after the current date (1 to 7 days) |
/// | `next Friday` | the Friday of the next week; weeks run from Monday to Sunday (1 to 13 days) |
/// | `on 2026-03-14`, `on 14 March 2026`, `on March 14, 2026` | that date |
/// | `on 14 March`, `on March 14` | that date of the current year |
///
/// A time is `15:30` (24 hours), `3 pm`, `3:15 pm` or `noon`. The current time of day plays no part.
public final class DateGrammar {
    /// The kinds of day, for counting and for scores by kind.
    public enum Kind { TODAY, TOMORROW, DAY_AFTER_TOMORROW, IN_DAYS, WEEKDAY, NEXT_WEEKDAY, DATED }

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT);
    private static final String WEEKDAYS = names(Arrays.stream(DayOfWeek.values()).map(d -> d.getDisplayName(TextStyle.FULL, Locale.ENGLISH)));
    private static final String MONTHS = names(Arrays.stream(Month.values()).map(m -> m.getDisplayName(TextStyle.FULL, Locale.ENGLISH)));
    private static final Pattern IN_DAYS = Pattern.compile("in (\\d+) days");
    private static final Pattern WEEKDAY = Pattern.compile("(?:on |this )?(" + WEEKDAYS + ")");
    private static final Pattern NEXT_WEEKDAY = Pattern.compile("next (" + WEEKDAYS + ")");
    private static final Pattern ISO = Pattern.compile("on (\\d{4}-\\d{2}-\\d{2})");
    private static final Pattern DAY_MONTH = Pattern.compile("on (?<d>\\d{1,2}) (?<m>" + MONTHS + ")(?: (?<y>\\d{4}))?");
    private static final Pattern MONTH_DAY = Pattern.compile("on (?<m>" + MONTHS + ") (?<d>\\d{1,2})(?:, (?<y>\\d{4}))?");
    private static final Pattern TIME = Pattern.compile("(\\d{1,2})(?::(\\d{2}))?(?: (am|pm))?");

    private DateGrammar() {}

    /// `when` as requests and calls write it: `2026-01-16T15:30:00`.
    public static String stamp(LocalDateTime when) {
        return STAMP.format(when);
    }

    /// The English name of a weekday, `Friday`.
    public static String weekday(LocalDate date) {
        return date.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    /// What `words` mean on the date of `now`; throws for words outside the grammar.
    public static LocalDateTime resolve(String words, LocalDateTime now) {
        int at = words.lastIndexOf(" at ");
        if (at < 0) throw unknown(words);
        Optional<LocalDate> day = day(words.substring(0, at), now.toLocalDate());
        Optional<LocalTime> time = time(words.substring(at + 4));
        return LocalDateTime.of(day.orElseThrow(() -> unknown(words)), time.orElseThrow(() -> unknown(words)));
    }

    /// Words for some moment from the date of `now` on, of the given kind.
    public static String phrase(Kind kind, RandomGenerator random, LocalDateTime now) {
        LocalDate today = now.toLocalDate();
        String day = switch (kind) {
            case TODAY -> "today";
            case TOMORROW -> "tomorrow";
            case DAY_AFTER_TOMORROW -> "the day after tomorrow";
            case IN_DAYS -> "in " + random.nextInt(2, 10) + " days";
            case WEEKDAY -> Lexicon.pick(random, List.of("", "on ", "this ")) + weekday(today.plusDays(random.nextInt(1, 7)));
            case NEXT_WEEKDAY -> "next " + weekday(today.plusDays(random.nextInt(0, 7)));
            case DATED -> dated(random, today);
        };
        return day + " at " + timeWords(random);
    }

    private static String dated(RandomGenerator random, LocalDate today) {
        LocalDate date = today.plusDays(random.nextInt(1, 300));
        boolean yearless = date.getYear() == today.getYear() && random.nextInt(2) == 0;
        String month = date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
        return switch (random.nextInt(3)) {
            case 0 -> "on " + date;
            case 1 -> "on " + date.getDayOfMonth() + " " + month + (yearless ? "" : " " + date.getYear());
            default -> "on " + month + " " + date.getDayOfMonth() + (yearless ? "" : ", " + date.getYear());
        };
    }

    private static String timeWords(RandomGenerator random) {
        int hour = random.nextInt(7, 22);
        int minute = random.nextInt(3) * 15;
        String half = hour < 12 ? " am" : " pm";
        int clock = (hour + 11) % 12 + 1;
        return switch (random.nextInt(5)) {
            case 0, 1 -> "%02d:%02d".formatted(hour, minute);
            case 2 -> clock + ":" + "%02d".formatted(minute) + half;
            default -> hour == 12 ? "noon" : clock + half;
        };
    }

    private static Optional<LocalDate> day(String words, LocalDate today) {
        return switch (words) {
            case "today" -> Optional.of(today);
            case "tomorrow" -> Optional.of(today.plusDays(1));
            case "the day after tomorrow" -> Optional.of(today.plusDays(2));
            default -> counted(words, today).or(() -> named(words, today));
        };
    }

    private static Optional<LocalDate> counted(String words, LocalDate today) {
        Matcher days = IN_DAYS.matcher(words);
        if (days.matches()) return Optional.of(today.plusDays(Integer.parseInt(days.group(1))));
        Matcher coming = WEEKDAY.matcher(words);
        if (coming.matches()) return Optional.of(today.with(TemporalAdjusters.next(dayOfWeek(coming.group(1)))));
        Matcher next = NEXT_WEEKDAY.matcher(words);
        if (!next.matches()) return Optional.empty();
        LocalDate monday = today.with(TemporalAdjusters.next(DayOfWeek.MONDAY));
        return Optional.of(monday.with(TemporalAdjusters.nextOrSame(dayOfWeek(next.group(1)))));
    }

    private static Optional<LocalDate> named(String words, LocalDate today) {
        Matcher iso = ISO.matcher(words);
        if (iso.matches()) return Optional.of(LocalDate.parse(iso.group(1)));
        for (Matcher m : List.of(DAY_MONTH.matcher(words), MONTH_DAY.matcher(words))) {
            if (!m.matches()) continue;
            int year = m.group("y") == null ? today.getYear() : Integer.parseInt(m.group("y"));
            return Optional.of(LocalDate.of(year, Month.valueOf(m.group("m").toUpperCase(Locale.ROOT)), Integer.parseInt(m.group("d"))));
        }
        return Optional.empty();
    }

    private static Optional<LocalTime> time(String words) {
        if (words.equals("noon")) return Optional.of(LocalTime.NOON);
        Matcher m = TIME.matcher(words);
        if (!m.matches() || m.group(2) == null && m.group(3) == null) return Optional.empty();
        int hour = Integer.parseInt(m.group(1));
        if (m.group(3) != null) hour = hour % 12 + (m.group(3).equals("pm") ? 12 : 0);
        return Optional.of(LocalTime.of(hour, m.group(2) == null ? 0 : Integer.parseInt(m.group(2))));
    }

    private static DayOfWeek dayOfWeek(String name) {
        return DayOfWeek.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static String names(Stream<String> words) {
        return words.collect(Collectors.joining("|"));
    }

    private static TunebookException unknown(String words) {
        return TunebookException.of("DateGrammar.resolve", "the words are no date of the grammar", "\"" + words + "\"",
                "write a day, \"at\" and a time, as in \"next Friday at 3 pm\"");
    }
}
