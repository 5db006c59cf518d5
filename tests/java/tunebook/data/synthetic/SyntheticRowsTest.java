package tunebook.data.synthetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tunebook.tensor.Seed;

/// What holds for every row of both generators.
class SyntheticRowsTest {
    private static final Pattern STAMP = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}");
    private static final String DEVELOPER_WITHOUT_TIME = "You are a model that can do function calling with the following functions\n";
    private static final Pattern DEVELOPER = Pattern.compile("Current date and time given in YYYY-MM-DDTHH:MM:SS format: (" + STAMP
            + ")\nDay of week is ([A-Z][a-z]+day)\nYou are a model that can do function calling with the following functions\n");
    private static final Pattern PHONE_WORDS = Pattern.compile(
            "(?i)flash|torch|wi-?fi|wireless|hotspot|\\bmaps?\\b|\\bcontacts?\\b|phone book|calendar|appointment|e-?mail|\\bmails?\\b|turn_o|\\b(first|last)_name\\b|\\bsubject\\b|\\bquery\\b|\\bdatetime\\b");

    static Stream<ObjectNode> rows() {
        var phone = PhoneActions.rows(Seed.of(1), 400, 60);
        return Stream.of(phone.train().stream(), phone.eval().stream(),
                PracticeTools.rows(Seed.of(1), PracticeTools.Stage.FULL).limit(1500),
                PracticeTools.rows(Seed.of(1), PracticeTools.Stage.WIDE).limit(1000),
                PracticeTools.rows(Seed.of(1), PracticeTools.Stage.FIRST).limit(500),
                PracticeTools.rows(Seed.of(1), PracticeTools.Stage.COPY).limit(500)).flatMap(s -> s);
    }

    @Test
    void rowsHaveTheSchemaOfMobileActions() {
        rows().forEach(row -> {
            assertEquals(Set.of("metadata", "tools", "messages"), names(row));
            List<String> roles = new ArrayList<>();
            row.get("messages").forEach(message -> roles.add(message.get("role").asText()));
            assertEquals(List.of("developer", "user", "assistant"), roles);
            String developer = row.at("/messages/0/content").asText();
            assertTrue(DEVELOPER.matcher(developer).matches() || developer.equals(DEVELOPER_WITHOUT_TIME), row::toString);
            for (JsonNode tool : row.get("tools")) {
                JsonNode function = tool.get("function");
                assertEquals(Set.of("name", "description", "parameters"), names(function));
                assertEquals("OBJECT", function.at("/parameters/type").asText());
                for (JsonNode property : function.at("/parameters/properties")) {
                    assertEquals("STRING", property.get("type").asText());
                    assertFalse(property.get("description").asText().isBlank());
                }
            }
        });
    }

    @Test
    void callsNameADeclaredToolAndGiveWhatItRequires() {
        rows().forEach(row -> {
            Set<String> declared = new HashSet<>();
            row.get("tools").forEach(tool -> assertTrue(declared.add(tool.at("/function/name").asText()), row::toString));
            JsonNode calls = row.at("/messages/2/tool_calls");
            assertTrue(calls.size() == 1 || calls.size() == 2, row::toString);
            for (JsonNode call : calls) {
                JsonNode parameters = tool(row, call.at("/function/name").asText()).get("parameters");
                Set<String> given = names(call.at("/function/arguments"));
                assertTrue(names(parameters.get("properties")).containsAll(given), row::toString);
                for (JsonNode required : parameters.path("required")) assertTrue(given.contains(required.asText()), row::toString);
            }
        });
    }

    @Test
    void argumentsAreCopiedFromTheRequestOrAreADateItNames() {
        rows().forEach(row -> {
            String request = row.at("/messages/1/content").asText();
            for (JsonNode call : row.at("/messages/2/tool_calls")) {
                for (JsonNode argument : call.at("/function/arguments")) {
                    String value = argument.asText();
                    if (STAMP.matcher(value).matches()) assertTrue(namesTheMoment(row, request, value), row::toString);
                    else assertTrue(request.contains(value) && !value.isBlank(), row::toString);
                    assertFalse(value.matches(".*[.?!\\s]"), "an argument may not end as a sentence does: " + row);
                }
            }
        });
    }

    /// Tries every stretch of words that could be a date. (The oracle for what words mean is [DateGrammarTest]'s table.)
    private static boolean namesTheMoment(ObjectNode row, String request, String stamp) {
        var developer = DEVELOPER.matcher(row.at("/messages/0/content").asText());
        assertTrue(developer.matches());
        LocalDateTime now = LocalDateTime.parse(developer.group(1));
        String[] words = request.replaceAll("[?.]$", "").split(" ");
        for (int from = 0; from < words.length; from++)
            for (int to = from + 3; to <= Math.min(words.length, from + 8); to++)
                if (means(String.join(" ", List.of(words).subList(from, to)).replaceAll(",$", ""), now, stamp)) return true;
        return false;
    }

    private static boolean means(String words, LocalDateTime now, String stamp) {
        try {
            return DateGrammar.stamp(DateGrammar.resolve(words, now)).equals(stamp);
        } catch (RuntimeException notADate) {
            return false;
        }
    }

    @Test
    void theSameSeedGivesTheSameRowsAndAnotherSeedOthers() {
        assertEquals(PhoneActions.rows(Seed.of(5), 50, 10), PhoneActions.rows(Seed.of(5), 50, 10));
        assertNotEquals(PhoneActions.rows(Seed.of(5), 50, 10), PhoneActions.rows(Seed.of(6), 50, 10));
        for (var stage : PracticeTools.Stage.values()) {
            var once = PracticeTools.rows(Seed.of(5), stage).limit(50).toList();
            assertEquals(once, PracticeTools.rows(Seed.of(5), stage).limit(50).toList());
            assertEquals(once.subList(0, 20), PracticeTools.rows(Seed.of(5), stage).limit(20).toList());
            assertNotEquals(once, PracticeTools.rows(Seed.of(6), stage).limit(50).toList());
        }
    }

    @Test
    void phoneActionsHoldOutRequestsNamesAndTitles() {
        var rows = PhoneActions.rows(Seed.of(2), 1000, 200);
        var requests = new HashSet<String>();
        Stream.concat(rows.train().stream(), rows.eval().stream())
                .forEach(row -> assertTrue(requests.add(row.at("/messages/1/content").asText()), row::toString));
        for (String argument : List.of("first_name", "last_name", "title", "subject", "query", "body", "to")) {
            var seen = new HashSet<>(values(rows.train(), argument));
            List<String> held = values(rows.eval(), argument);
            assertFalse(held.isEmpty(), argument);
            assertTrue(held.stream().noneMatch(seen::contains), argument);
        }
    }

    private static List<String> values(List<ObjectNode> rows, String argument) {
        return rows.stream().flatMap(row -> row.get("messages").get(2).findValuesAsText(argument).stream()).toList();
    }

    @Test
    void aFifthOfPhoneRequestsAsksForTwoCallsAndEveryRowDeclaresTheSevenTools() {
        var rows = PhoneActions.rows(Seed.of(2), 1000, 0).train();
        long two = rows.stream().filter(row -> row.at("/messages/2/tool_calls").size() == 2).count();
        assertTrue(two > 150 && two < 250, two + " of 1000");
        var orders = new HashSet<List<String>>();
        for (ObjectNode row : rows) {
            List<String> names = new ArrayList<>();
            row.get("tools").forEach(tool -> names.add(tool.at("/function/name").asText()));
            orders.add(names);
            assertEquals(Set.of("turn_on_flashlight", "turn_off_flashlight", "open_wifi_settings", "show_map", "create_contact",
                    "create_calendar_event", "send_email"), Set.copyOf(names));
        }
        assertTrue(orders.size() > 800, orders.size() + " orders");
    }

    static Stream<PracticeTools.Stage> stages() {
        return Stream.of(PracticeTools.Stage.values());
    }

    @ParameterizedTest
    @MethodSource("stages")
    void practiceSaysNothingOfThePhone(PracticeTools.Stage stage) {
        PracticeTools.rows(Seed.of(9), stage).limit(3000).map(ObjectNode::toString)
                .forEach(row -> assertEquals(List.of(), PHONE_WORDS.matcher(row).results().map(MatchResult::group).toList(), row));
        // The net does catch what it is for.
        assertTrue(PHONE_WORDS.matcher(PhoneActions.rows(Seed.of(1), 1, 0).train().getFirst().toString()).find());
    }

    @Test
    void firstPracticeIsShort() {
        PracticeTools.rows(Seed.of(9), PracticeTools.Stage.FIRST).limit(500).forEach(row -> {
            assertTrue(row.get("tools").size() <= 2, row::toString);
            assertEquals(1, row.at("/messages/2/tool_calls").size());
            assertTrue(row.at("/messages/2/tool_calls/0/function/arguments").size() <= 2, row::toString);
        });
    }

    @Test
    void copyPracticeHasOneToolAndNothingToReckon() {
        PracticeTools.rows(Seed.of(9), PracticeTools.Stage.COPY).limit(500).forEach(row -> {
            assertEquals(1, row.get("tools").size());
            assertEquals(DEVELOPER_WITHOUT_TIME, row.at("/messages/0/content").asText());
            JsonNode arguments = row.at("/messages/2/tool_calls/0/function/arguments");
            assertTrue(arguments.size() >= 1 && arguments.size() <= 3, row::toString);
            for (JsonNode argument : arguments) assertFalse(STAMP.matcher(argument.asText()).matches(), row::toString);
        });
    }

    private static JsonNode tool(JsonNode row, String name) {
        for (JsonNode tool : row.get("tools"))
            if (tool.at("/function/name").asText().equals(name)) return tool.get("function");
        throw new AssertionError("no tool " + name + " in " + row);
    }

    private static Set<String> names(JsonNode object) {
        var names = new HashSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
