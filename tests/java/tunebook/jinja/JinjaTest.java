package tunebook.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tunebook.tensor.TunebookException;

class JinjaTest {
    private static String render(String template) {
        return Jinja.parse(template, "chat.jinja").render(Map.of("xs", List.of(1, 2)));
    }

    private static String error(String template) {
        return assertThrows(TunebookException.class, () -> render(template)).getMessage();
    }

    @Test
    void whatTheTemplateRaisesComesWithItsLine() {
        assertEquals("Jinja.render: Roles must alternate — line 2 of chat.jinja — the template itself refuses this: give it values it has a place for",
            error("a\n{% if true %}{{ raise_exception('Roles must alternate') }}{% endif %}"));
    }

    @Test
    void faultsNameTheInnermostLine() {
        assertEquals("Jinja.render: 'nope' is undefined — line 3 of chat.jinja — mend the template or the values given to it", error("a\n{% for x in xs %}\n{{ nope.x }}\n{% endfor %}"));
        assertEquals("Jinja.render: unknown filter \"shout\" — line 1 of chat.jinja — mend the template or the values given to it", error("{{ 'a' | shout }}"));
    }

    @Test
    void brokenTemplatesAreRefusedWhenRead() {
        String[][] cases = {{"{% if x %}", "the template ends where elif or else or endif was expected — line 1"}, {"\n\n{{ a b }}", "expected }}, found \"b\" — line 3"},
            {"{% include 'x' %}", "unknown tag \"include\" — line 1"}, {"{{ 'a }}", "unexpected character ' — line 1"}, {"{% break %}", "break outside of a loop — line 1"},
            {"{% for x in y recursive %}{% endfor %}", "recursive loops are not supported — line 1"}, {"{{ (1 }}", "unexpected } — line 1"}, {"a\n{# b", "a comment without its end — line 2"}};
        for (String[] c : cases)
            assertEquals("Jinja.parse: " + c[1] + " of chat.jinja — mend the template", assertThrows(TunebookException.class, () -> Jinja.parse(c[0], "chat.jinja")).getMessage());
    }

    @Test
    void templatesThatWouldRunForEverOrFillTheMemoryAreStopped() {
        assertTrue(error("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}").startsWith("Jinja.render: macros and blocks nested deeper than 200"));
        assertTrue(error("{{ range(10 ** 9) }}").startsWith("Jinja.render: a range of more than 100000"));
        assertTrue(error("{{ 'a' * 10 ** 9 }}").startsWith("Jinja.render: a text or list longer than"));
        assertTrue(error("{{ 2 ** 99 }}").startsWith("Jinja.render: 2 ** 99 does not fit 64 bits"));
        assertTrue(error("{% set s = 'a' * 10 ** 7 %}{% for i in range(99) %}{{ s }}{% endfor %}").startsWith("Jinja.render: the text is longer than"));
    }

    @Test
    void templatesReachNothingOfJava() {
        for (String member : List.of("class", "getClass()", "__class__", "hashCode()", "stream()")) {
            String template = "{{ xs." + member + " is defined }}";
            assertTrue(member.endsWith(")") ? error(template).contains("is not a member of a list") : render(template).equals("False"), template);
        }
    }

    @Test
    void valuesAreNotChangedAndNotRenderedAgain() {
        assertTrue(error("{{ xs.append(3) }}").contains("append() would change a value, which templates may not"));
        assertEquals("{{ 1 + 1 }}", Jinja.parse("{{ text }}", "t").render(Map.of("text", "{{ 1 + 1 }}")));
    }

    @Test
    void strftimeNowWritesEnglishDates() {
        Clock clock = Clock.fixed(Instant.parse("2026-01-06T15:04:05.123456Z"), ZoneOffset.UTC);
        String template = "{{ strftime_now('%Y-%m-%d %H:%M:%S|%d %b %Y|%A, %B %-d|%I:%M %p|%j %y %a %e|%f|100%%') }}";
        assertEquals("2026-01-06 15:04:05|06 Jan 2026|Tuesday, January 6|03:04 PM|006 26 Tue  6|123456|100%", Jinja.parse(template, "t").at(clock).render(Map.of()));
        assertTrue(error("{{ strftime_now('%Q') }}").contains("strftime code %Q is not supported"));
    }
}
