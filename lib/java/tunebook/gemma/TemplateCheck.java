package tunebook.gemma;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tunebook.data.ChatMessage;
import tunebook.data.ChatTemplate;
import tunebook.data.JinjaTemplate;
import tunebook.data.Tool;
import tunebook.data.ToolCall;
import tunebook.tensor.TunebookException;
import tunebook.tokenizer.Tokenizer;

/// A model's own chat template held against the built-in format that would stand in for it.
///
/// @param format      the built-in format's name
/// @param compared    how many texts were compared
/// @param differences what differs, in the order of the table
public record TemplateCheck(String format, int compared, List<Difference> differences) {
    private static final int AROUND = 40;

    public TemplateCheck {
        differences = List.copyOf(differences);
    }

    /// A conversation that the two write differently.
    ///
    /// @param conversation what it tests
    /// @param at           the first character that differs
    /// @param own          what the model's own template writes there, or why it refuses
    /// @param builtIn      what the built-in format writes there, or why it refuses
    public record Difference(String conversation, int at, String own, String builtIn) {}

    private record Case(String name, List<Tool> tools, List<ChatMessage> messages) {}

    /// Compares the template of a model folder. Throws where the folder has none, or no tokenizer.
    public static TemplateCheck of(Path folder) {
        ChatTemplate own = JinjaTemplate.find(folder).orElseThrow(() -> TunebookException.of("TemplateCheck", "the folder has no chat template",
            folder + " has neither chat_template.jinja nor chat_template in tokenizer_config.json", "nothing to do: the built-in format is used for such a model"));
        return of(own, ChatFormats.builtIn(Tokenizer.load(folder)));
    }

    /// Compares two formats on the conversations that the second has a place for.
    public static TemplateCheck of(ChatTemplate own, ChatTemplate builtIn) {
        List<Difference> differences = new ArrayList<>();
        int compared = 0;
        for (Case c : builtIn instanceof FunctionGemma ? withTools() : plain())
            for (boolean prompt : new boolean[] {false, true}) {
                compared++;
                String name = c.name + (prompt ? ", up to the answer" : "");
                compare(name, text(own, c, prompt), text(builtIn, c, prompt), differences);
            }
        return new TemplateCheck(builtIn.getClass().getSimpleName(), compared, differences);
    }

    private static String text(ChatTemplate template, Case c, boolean prompt) {
        try {
            return template.render(c.messages, c.tools, prompt);
        } catch (TunebookException e) {
            return "refused: " + e.getMessage();
        }
    }

    private static void compare(String name, String own, String builtIn, List<Difference> differences) {
        int at = Arrays.mismatch(own.toCharArray(), builtIn.toCharArray());
        if (at >= 0) differences.add(new Difference(name, at, around(own, at), around(builtIn, at)));
    }

    private static String around(String text, int at) {
        return text.substring(Math.max(0, at - AROUND), Math.min(text.length(), at + AROUND));
    }

    public boolean same() {
        return differences.isEmpty();
    }

    /// The outcome in words, with the first difference where there is one.
    public String report() {
        if (same()) return "The model's own chat template and the built-in " + format + " write the same text in all " + compared + " cases.";
        Difference d = differences.getFirst();
        return "The model's own chat template, which is used, and the built-in " + format + " differ in " + differences.size() + " of " + compared + " cases. First: "
            + d.conversation + ", character " + d.at + "\n  own      \"" + d.own.replace("\n", "\\n") + "\"\n  built-in \"" + d.builtIn.replace("\n", "\\n") + '"';
    }

    private static List<Case> plain() {
        ChatMessage hi = ChatMessage.user(" Hi <b>& \"you\"\n"), hello = ChatMessage.assistant("Hello!\n"), more = ChatMessage.user("그리고\n\n더 🙂");
        return List.of(new Case("one message", List.of(), List.of(hi)), new Case("an answer", List.of(), List.of(hi, hello)),
            new Case("several turns", List.of(), List.of(hi, hello, more)), new Case("a system message", List.of(), List.of(ChatMessage.system("Be brief.\n"), hi)),
            new Case("a system message and several turns", List.of(), List.of(ChatMessage.system("한국어로 답하세요."), hi, hello, more)),
            new Case("an empty message", List.of(), List.of(ChatMessage.user(" \n"))));
    }

    private static List<Case> withTools() {
        ChatMessage developer = ChatMessage.developer("You are a model that can do function calling with the following functions\n"), ask = ChatMessage.user(" Find a bakery & \"bread\" 빵집 \n");
        Tool bare = new Tool("open_settings", "Opens the settings.", Map.of("type", "OBJECT", "properties", Map.of()));
        Tool map = new Tool("show_map", "Shows a place.", schema(Map.of("query", field("STRING", "What to look for."), "zoom", field("INTEGER", "1 to 20.")), "query"));
        Tool choice = new Tool("set_mode", "Sets it.", schema(Map.of("mode", Map.of("type", "STRING", "description", "Which.", "enum", List.of("on", "off")))));
        Tool nested = new Tool("plan", "Plans.", schema(Map.of("days", Map.of("type", "ARRAY", "description", "Days.", "items", Map.of("type", "STRING")),
            "place", Map.of("type", "OBJECT", "description", "Where.", "properties", Map.of("town", field("STRING", "Town.")), "required", List.of("town")))));
        ChatMessage call = ChatMessage.calls(List.of(new ToolCall("show_map", Map.of("query", "bakery", "zoom", 3L))));
        ChatMessage calls = ChatMessage.calls(List.of(new ToolCall("plan", Map.of("days", List.of("a", "b"), "ok", true, "x", 2.5, "place", Map.of("town", "서울"))), new ToolCall("open_settings", Map.of())));
        ChatMessage result = ChatMessage.response("show_map", Map.of("found", 2L, "name", "Le Pain"));
        return List.of(new Case("no functions", List.of(), List.of(ask)), new Case("a developer message without functions", List.of(), List.of(developer, ask)),
            new Case("a function without parameters", List.of(bare), List.of(developer, ask)), new Case("two functions", List.of(map, bare), List.of(developer, ask)),
            new Case("a parameter with choices", List.of(choice), List.of(developer, ask)), new Case("nested parameters", List.of(nested), List.of(developer, ask)),
            new Case("a call", List.of(map), List.of(developer, ask, call)), new Case("two calls with values of all kinds", List.of(nested, bare), List.of(developer, ask, calls)),
            new Case("a result", List.of(map), List.of(developer, ask, call, result)),
            new Case("an answer after a result", List.of(map), List.of(developer, ask, call, result, ChatMessage.assistant("There are two."))));
    }

    private static Map<String, Object> field(String type, String description) {
        return Map.of("type", type, "description", description);
    }

    private static Map<String, Object> schema(Map<String, Object> properties, String... required) {
        return required.length == 0 ? Map.of("type", "OBJECT", "properties", properties) : Map.of("type", "OBJECT", "properties", properties, "required", List.of(required));
    }
}
