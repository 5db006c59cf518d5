package tunebook.data.synthetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tunebook.tensor.Seed;
import tunebook.tensor.TunebookException;

class DateGrammarTest {
    /// Read off a wall calendar. 2026-01-16 is a Friday, 2024-02-28 a Wednesday of a leap year, 2025-12-31 a Wednesday.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "2026-01-16T00:50:30 | today at 3 pm                       | 2026-01-16T15:00:00",
        "2026-01-16T23:59:59 | today at 07:45                      | 2026-01-16T07:45:00",
        "2026-01-16T00:50:30 | tomorrow at noon                    | 2026-01-17T12:00:00",
        "2026-01-31T08:00:00 | tomorrow at 9:15 am                 | 2026-02-01T09:15:00",
        "2025-12-31T08:00:00 | tomorrow at 12 pm                   | 2026-01-01T12:00:00",
        "2025-12-31T08:00:00 | tomorrow at 12:30 am                | 2026-01-01T00:30:00",
        "2024-02-28T08:00:00 | tomorrow at 21:00                   | 2024-02-29T21:00:00",
        "2024-02-28T08:00:00 | the day after tomorrow at 1 pm      | 2024-03-01T13:00:00",
        "2025-02-27T08:00:00 | the day after tomorrow at 1 pm      | 2025-03-01T13:00:00",
        "2026-01-16T00:50:30 | in 2 days at 11 am                  | 2026-01-18T11:00:00",
        "2026-04-25T00:50:30 | in 9 days at 18:30                  | 2026-05-04T18:30:00",
        "2026-01-16T00:50:30 | in 14 days at 8 am                  | 2026-01-30T08:00:00",
        "2026-01-16T00:50:30 | on Saturday at 10 am                | 2026-01-17T10:00:00",
        "2026-01-16T00:50:30 | this Thursday at 10 am              | 2026-01-22T10:00:00",
        "2026-01-16T00:50:30 | Monday at 10 am                     | 2026-01-19T10:00:00",
        "2026-01-16T00:50:30 | on Friday at 10 am                  | 2026-01-23T10:00:00",
        "2026-01-16T00:50:30 | next Friday at 10 am                | 2026-01-23T10:00:00",
        "2026-01-16T00:50:30 | next Monday at 10 am                | 2026-01-19T10:00:00",
        "2026-01-16T00:50:30 | next Sunday at 10 am                | 2026-01-25T10:00:00",
        "2026-01-18T00:50:30 | next Sunday at 10 am                | 2026-01-25T10:00:00",
        "2026-01-18T00:50:30 | next Monday at 10 am                | 2026-01-19T10:00:00",
        "2026-01-19T00:50:30 | next Tuesday at 10 am               | 2026-01-27T10:00:00",
        "2026-01-19T00:50:30 | this Tuesday at 10 am               | 2026-01-20T10:00:00",
        "2026-01-16T00:50:30 | on 2027-03-04 at 20:15              | 2027-03-04T20:15:00",
        "2026-01-16T00:50:30 | on 14 March 2027 at 3:45 pm         | 2027-03-14T15:45:00",
        "2026-01-16T00:50:30 | on March 4, 2027 at 8 pm            | 2027-03-04T20:00:00",
        "2026-01-16T00:50:30 | on 4 March at 8 am                  | 2026-03-04T08:00:00",
        "2026-01-16T00:50:30 | on December 24 at 18:00             | 2026-12-24T18:00:00",
    })
    void wordsMeanWhatTheCalendarSays(String now, String words, String expected) {
        assertEquals(expected, DateGrammar.stamp(DateGrammar.resolve(words, LocalDateTime.parse(now))));
    }

    @ParameterizedTest
    @EnumSource(DateGrammar.Kind.class)
    void drawnPhrasesMeanTheDayOfTheirKind(DateGrammar.Kind kind) {
        RandomGenerator random = Seed.of(3).derive(kind.name()).random();
        for (int i = 0; i < 500; i++) {
            LocalDateTime now = GeneratedRow.someTime(random);
            String words = DateGrammar.phrase(kind, random, now);
            LocalDate day = DateGrammar.resolve(words, now).toLocalDate();
            long ahead = day.toEpochDay() - now.toLocalDate().toEpochDay();
            String what = words + " on " + now;
            switch (kind) {
                case TODAY -> assertEquals(0, ahead, what);
                case TOMORROW -> assertEquals(1, ahead, what);
                case DAY_AFTER_TOMORROW -> assertEquals(2, ahead, what);
                case IN_DAYS -> assertEquals(Integer.parseInt(words.split(" ")[1]), ahead, what);
                // Today's own weekday is never named without "next": people disagree on what it means.
                case WEEKDAY -> assertTrue(ahead >= 1 && ahead <= 6 && words.contains(DateGrammar.weekday(day)), what);
                case NEXT_WEEKDAY -> assertTrue(monday(day) - monday(now.toLocalDate()) == 7 && words.contains(DateGrammar.weekday(day)), what);
                case DATED -> assertTrue(ahead >= 1 && ahead < 300 && words.contains(String.valueOf(day.getDayOfMonth())), what);
            }
        }
    }

    private static long monday(LocalDate day) {
        return day.toEpochDay() - (day.getDayOfWeek().getValue() - DayOfWeek.MONDAY.getValue());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"soon", "tomorrow", "tomorrow at 3", "last Friday at 3 pm", "on Freitag at 3 pm"})
    void wordsOutsideTheGrammarAreNamed(String words) {
        var error = assertThrows(TunebookException.class, () -> DateGrammar.resolve(words, LocalDateTime.of(2026, 1, 16, 0, 0)));
        assertEquals("DateGrammar.resolve: the words are no date of the grammar — \"" + words
                + "\" — write a day, \"at\" and a time, as in \"next Friday at 3 pm\"", error.getMessage());
    }

    @Test
    void stampsHaveSecondsEvenAtFullMinutes() {
        assertEquals("2026-01-16T15:00:00", DateGrammar.stamp(LocalDateTime.of(2026, 1, 16, 15, 0)));
    }
}
