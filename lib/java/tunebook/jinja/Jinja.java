package tunebook.jinja;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tunebook.tensor.TunebookException;

/// A Jinja2 template, set up as transformers' `apply_chat_template` sets Jinja2 up: `trim_blocks` and `lstrip_blocks`
/// on, no HTML escaping, loop controls, `raise_exception`, `strftime_now`, and a `tojson` that escapes no HTML.
///
/// What chat templates do not use is missing and an error that names it: inheritance, includes, recursive loops,
/// `*args`. Immutable; safe for use by several threads.
public final class Jinja {
    private final List<Node> nodes;
    private final String origin;
    private final Clock clock;

    private Jinja(List<Node> nodes, String origin, Clock clock) {
        this.nodes = nodes;
        this.origin = origin;
        this.clock = clock;
    }

    /// Reads a template; `origin` is named in errors. Throws where it is not one.
    public static Jinja parse(String template, String origin) {
        try {
            return new Jinja(Parser.parse(template), origin, Clock.systemDefaultZone());
        } catch (JinjaFailure e) {
            throw TunebookException.of("Jinja.parse", e.getMessage(), "line " + e.line() + " of " + origin, "mend the template");
        }
    }

    /// The same template with another source of the time that `strftime_now` tells.
    public Jinja at(Clock clock) {
        return new Jinja(nodes, origin, clock);
    }

    /// The template's text. Variables are String, whole numbers, Double, Boolean, null, List and Map of such. Throws
    /// what the template raises, and where it uses a value in a way that the value does not have.
    public String render(Map<String, Object> variables) {
        try {
            var names = new HashMap<>(Globals.at(clock));
            variables.forEach((name, value) -> names.put(name, Values.in(value)));
            return new Interpreter().text(nodes, Scope.of(names));
        } catch (JinjaFailure e) {
            throw TunebookException.of("Jinja.render", e.getMessage(), "line " + e.line() + " of " + origin,
                e.isRaised() ? "the template itself refuses this: give it values it has a place for" : "mend the template or the values given to it");
        }
    }
}
