package tunebook.gemma;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tunebook.data.ChatMessage;
import tunebook.data.Tool;
import tunebook.data.ToolCall;
import tunebook.tensor.TunebookException;

class FunctionGemmaTest {
    private static final FunctionGemma FORMAT = new FunctionGemma();

    private static Map<String, Object> map(Object... entries) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < entries.length; i += 2) map.put((String) entries[i], entries[i + 1]);
        return map;
    }

    /// Google's mobile-actions rows as FunctionGemma's own template writes them.
    @Test
    void writesMobileActionsAsTheModelsOwnTemplate() {
        List<Tool> tools = List.of(new Tool("open_wifi_settings", "Opens the Wi-Fi settings.", map("type", "OBJECT", "properties", Map.of())),
            new Tool("show_map", "Shows a location on the map.", map("type", "OBJECT", "properties", map("query", map("type", "STRING",
                "description", "The location to search for. May be the name of a place, a business, or an address.")), "required", List.of("query"))));
        List<ChatMessage> messages = List.of(ChatMessage.developer("""
                Current date and time given in YYYY-MM-DDTHH:MM:SS format: 2026-01-16T00:50:30
                Day of week is Friday
                You are a model that can do function calling with the following functions
                """), ChatMessage.user("Find me a bakery on the Rue Mouffetard."),
            ChatMessage.calls(List.of(new ToolCall("show_map", Map.of("query", "bakery Rue Mouffetard")))));
        String prompt = """
            <bos><start_of_turn>developer
            Current date and time given in YYYY-MM-DDTHH:MM:SS format: 2026-01-16T00:50:30
            Day of week is Friday
            You are a model that can do function calling with the following functions<start_function_declaration>declaration:open_wifi_settings{description:<escape>Opens the Wi-Fi settings.<escape>,parameters:{type:<escape>OBJECT<escape>}}<end_function_declaration><start_function_declaration>declaration:show_map{description:<escape>Shows a location on the map.<escape>,parameters:{properties:{query:{description:<escape>The location to search for. May be the name of a place, a business, or an address.<escape>,type:<escape>STRING<escape>}},required:[<escape>query<escape>],type:<escape>OBJECT<escape>}}<end_function_declaration><end_of_turn>
            <start_of_turn>user
            Find me a bakery on the Rue Mouffetard.<end_of_turn>
            <start_of_turn>model
            """;
        assertEquals(prompt, FORMAT.render(messages.subList(0, 2), tools, true));
        assertEquals(prompt + "<start_function_call>call:show_map{query:<escape>bakery Rue Mouffetard<escape>}<end_function_call><start_function_response>",
            FORMAT.render(messages, tools, false));
    }

    /// The chat history printed at ai.google.dev/gemma/docs/functiongemma/full-function-calling-sequence-with-functiongemma.
    @Test
    void writesGooglesFullFunctionCallingSequence() {
        Tool weather = new Tool("get_current_weather", "Gets the current weather in a given location.", map("type", "object", "properties", map(
            "location", map("type", "string", "description", "The city and state, e.g. \"San Francisco, CA\" or \"Tokyo, JP\""),
            "unit", map("type", "string", "enum", List.of("celsius", "fahrenheit"), "description", "The unit to return the temperature in.")), "required", List.of("location")));
        List<ChatMessage> messages = List.of(ChatMessage.developer("You are a model that can do function calling with the following functions"),
            ChatMessage.user("Hey, what's the weather in Tokyo right now?"),
            ChatMessage.calls(List.of(new ToolCall("get_current_weather", Map.of("location", "Tokyo, Japan")))),
            ChatMessage.response("get_current_weather", map("temperature", 15L, "weather", "sunny")),
            ChatMessage.assistant("The current weather in Tokyo is sunny with a temperature of 15 degrees Celsius."));
        String expected = """
            <bos><start_of_turn>developer
            You are a model that can do function calling with the following functions<start_function_declaration>declaration:get_current_weather{description:<escape>Gets the current weather in a given location.<escape>,parameters:{properties:{location:{description:<escape>The city and state, e.g. "San Francisco, CA" or "Tokyo, JP"<escape>,type:<escape>STRING<escape>},unit:{description:<escape>The unit to return the temperature in.<escape>,enum:[<escape>celsius<escape>,<escape>fahrenheit<escape>],type:<escape>STRING<escape>}},required:[<escape>location<escape>],type:<escape>OBJECT<escape>}}<end_function_declaration><end_of_turn>
            <start_of_turn>user
            Hey, what's the weather in Tokyo right now?<end_of_turn>
            <start_of_turn>model
            <start_function_call>call:get_current_weather{location:<escape>Tokyo, Japan<escape>}<end_function_call><start_function_response>response:get_current_weather{temperature:15,weather:<escape>sunny<escape>}<end_function_response>The current weather in Tokyo is sunny with a temperature of 15 degrees Celsius.<end_of_turn>
            """;
        assertEquals(expected, FORMAT.render(messages, List.of(weather), false));
        int answer = expected.indexOf("The current weather in Tokyo is");
        assertEquals(expected.substring(0, answer), FORMAT.render(messages.subList(0, 4), List.of(weather), true));
    }

    @Test
    void writesNestedParametersSortedAndWithTheirDescriptions() {
        Tool tool = new Tool("f", "", map("type", "object", "properties", map(
            "zeta", map("type", "integer"), "Alpha", map("type", "array", "items", map("type", "string"), "description", "some"),
            "config", map("type", "object", "nullable", true, "properties", map("theme", map("type", "string", "default", "dark")), "required", List.of("theme")))));
        assertEquals("<start_function_declaration>declaration:f{description:<escape><escape>,parameters:{properties:{"
            + "Alpha:{description:<escape>some<escape>,items:{type:<escape>STRING<escape>},type:<escape>ARRAY<escape>},"
            + "config:{description:<escape><escape>,nullable:true,properties:{theme:{description:<escape><escape>,type:<escape>STRING<escape>}},required:[<escape>theme<escape>],type:<escape>OBJECT<escape>},"
            + "zeta:{description:<escape><escape>,type:<escape>INTEGER<escape>}},type:<escape>OBJECT<escape>}}<end_function_declaration>", FunctionGemma.declaration(tool));
    }

    @Test
    void callsAndResultsShareTheModelsTurn() {
        var call = new ToolCall("f", Map.of());
        var calls = new ChatMessage("assistant", "Let me see. ", List.of(call, call), List.of());
        var results = List.of(ChatMessage.response("f", Map.of("n", 1L)), ChatMessage.response("f", Map.of("n", 2L)));
        assertEquals("<bos><start_of_turn>user\nhi<end_of_turn>\n<start_of_turn>model\nLet me see.<start_function_call>call:f{}<end_function_call>"
            + "<start_function_call>call:f{}<end_function_call><start_function_response>response:f{n:1}<end_function_response>"
            + "<start_function_response>response:f{n:2}<end_function_response>",
            FORMAT.render(List.of(ChatMessage.user("hi "), calls, results.get(0), results.get(1)), List.of(), true));
    }

    @Test
    void conversationsWithoutAPlaceInTheFormatAreErrors() {
        var call = ChatMessage.calls(List.of(new ToolCall("f", Map.of())));
        assertEquals("FunctionGemma: function calls must be followed by their results — a message of \"user\" follows them — put a message of role tool between them",
            error(List.of(ChatMessage.user("a"), call, ChatMessage.user("b"))));
        assertEquals("FunctionGemma: a function's result has no name — a tool message \"3\" — give ChatMessage.response(name, values)",
            error(List.of(ChatMessage.user("a"), call, ChatMessage.of("tool", "3"))));
        assertEquals("FunctionGemma: there is no message — an empty conversation — give at least a user's message", error(List.of()));
    }

    private static String error(List<ChatMessage> messages) {
        return assertThrows(TunebookException.class, () -> FORMAT.render(messages, List.of(), true)).getMessage();
    }
}
