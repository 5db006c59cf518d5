package tunebook.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tunebook.data.StopTokens;
import tunebook.data.ToolCall;
import tunebook.data.ToolCallText;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.generate.Generated;
import tunebook.generate.Generator;
import tunebook.tensor.TunebookException;

class ChatServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static Gemma3 model;
    private static ChatServer server;
    /// A request of the data set without its answer, not closed: fields can be added.
    private static String asked;
    private static Generated direct;

    @BeforeAll
    static void start() throws IOException {
        model = Gemma3.load(Path.of("data/tiny-functiongemma"), Session.open("cpu"));
        JsonNode row = JSON.readTree(Files.readAllLines(Path.of("data/phone-actions/eval.jsonl")).getFirst());
        asked = "{\"tools\": " + row.get("tools") + ", \"messages\": [" + row.get("messages").get(0) + ", " + row.get("messages").get(1) + "]";
        try (Generator generator = new Generator(model, 1)) {
            direct = generator.generate(ChatRequest.read(asked + "}", model).prompt(), 40, StopTokens.of(model.tokenizer()));
        }
        server = ChatServer.start(model);
    }

    @AfterAll
    static void stop() {
        server.close();
        model.close();
    }

    private static HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return CLIENT.send(HttpRequest.newBuilder(server.uri().resolve("/v1/chat/completions")).POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static List<JsonNode> chunks(String events) {
        return Stream.of(events.split("\n\n")).map(e -> e.substring("data: ".length())).filter(e -> !e.equals("[DONE]")).map(ChatServerTest::json).toList();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    @Test
    void aCallIsAnsweredAsTheModelMadeIt() throws Exception {
        List<ToolCall> made = ToolCallText.parse(direct.text()).calls();
        assertTrue(made.size() > 0, direct.text());
        JsonNode answer = json(post(asked + ", \"max_tokens\": 40}").body());
        JsonNode choice = answer.get("choices").get(0);
        JsonNode function = choice.get("message").get("tool_calls").get(0).get("function");
        assertEquals(made.getFirst().name(), function.get("name").textValue());
        assertEquals(JSON.valueToTree(made.getFirst().arguments()), json(function.get("arguments").textValue()));
        assertEquals("", choice.get("message").get("content").textValue());
        assertEquals(direct.finish() == Generated.Finish.STOP_TOKEN ? "tool_calls" : "length", choice.get("finish_reason").textValue());
        assertEquals(direct.tokens().length, answer.get("usage").get("completion_tokens").intValue());
    }

    @Test
    void aStreamSaysWhatTheWholeAnswerSays() throws Exception {
        String plain = "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}], \"max_tokens\": 24, \"temperature\": 100, \"seed\": 3";
        String whole = json(post(plain + "}").body()).get("choices").get(0).get("message").get("content").textValue();
        HttpResponse<String> streamed = post(plain + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}}");
        List<JsonNode> chunks = chunks(streamed.body());
        var text = new StringBuilder();
        chunks.forEach(c -> text.append(c.path("choices").path(0).path("delta").path("content").asText("")));
        assertEquals(whole, text.toString());
        assertTrue(chunks.size() > 4, streamed.body());
        assertEquals("assistant", chunks.getFirst().get("choices").get(0).get("delta").get("role").textValue());
        assertTrue(chunks.getLast().get("usage").get("completion_tokens").intValue() > 0);
        assertTrue(streamed.body().endsWith("data: [DONE]\n\n"));
        assertTrue(streamed.headers().firstValue("Content-Type").orElseThrow().startsWith("text/event-stream"));
    }

    @Test
    void aStreamedCallIsTheWholeOne() throws Exception {
        JsonNode whole = json(post(asked + ", \"max_tokens\": 40}").body()).get("choices").get(0);
        List<JsonNode> chunks = chunks(post(asked + ", \"max_tokens\": 40, \"stream\": true}").body());
        JsonNode calls = chunks.get(chunks.size() - 2).get("choices").get(0).get("delta").get("tool_calls");
        assertEquals(whole.get("message").get("tool_calls").get(0).get("function"), calls.get(0).get("function"));
        assertEquals(whole.get("finish_reason"), chunks.getLast().get("choices").get(0).get("finish_reason"));
    }

    /// OpenAI's clients name the call by its id, not the function.
    @Test
    void aResultIsOfTheCallWithItsId() {
        String before = "{\"messages\": [{\"role\": \"user\", \"content\": \"Light\"}, {\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"c1\", \"type\": \"function\", "
            + "\"function\": {\"name\": \"light\", \"arguments\": \"{}\"}}]}, {\"role\": \"tool\", \"content\": \"done\", ";
        assertArrayEquals(ChatRequest.read(before + "\"name\": \"light\"}]}", model).prompt(), ChatRequest.read(before + "\"tool_call_id\": \"c1\"}]}", model).prompt());
        assertThrows(TunebookException.class, () -> ChatRequest.read(before + "\"tool_call_id\": \"c2\"}]}", model));
    }

    /// Ten tokens are too few for a call: what there is of it comes as text.
    @Test
    void halfACallIsText() throws Exception {
        JsonNode choice = json(post(asked + ", \"max_tokens\": 10}").body()).get("choices").get(0);
        String text = choice.get("message").get("content").textValue();
        assertTrue(text.startsWith(ToolCallText.START) && direct.text().startsWith(text), text);
        assertEquals("length", choice.get("finish_reason").textValue());
        assertTrue(choice.get("message").path("tool_calls").isMissingNode());
    }

    @Test
    void whatIsNotUnderstoodIsRefused() throws Exception {
        assertEquals("ChatServer: a field is not understood — stop: [\"x\"] — leave it out; understood are [messages, tools, max_tokens, max_completion_tokens, temperature, "
            + "top_p, seed, stream, stream_options]", refused(asked + ", \"stop\": [\"x\"]}"));
        assertTrue(refused("{\"messages\": []}").startsWith("Row.parse: not a row — messages is not a list with messages — give"));
        assertTrue(refused("{").startsWith("Row.parse: not a row — not JSON"));
        assertTrue(refused("{\"prompt\": \"a\", \"completion\": \"b\"}").startsWith("ChatServer: the request has no messages"));
        assertTrue(refused(asked + ", \"max_tokens\": 0}").startsWith("ChatServer: max_tokens is below 1 — 0"));
        assertTrue(refused(asked + ", \"temperature\": \"warm\"}").startsWith("ChatServer: a field is no number — temperature: \"warm\""));
        assertTrue(refused(asked + ", \"temperature\": -1}").startsWith("Sampling: temperature is below 0"));
    }

    private static String refused(String body) throws Exception {
        HttpResponse<String> answer = post(body);
        assertEquals(400, answer.statusCode(), answer.body());
        return json(answer.body()).get("error").get("message").textValue();
    }

    @Test
    void theModelIsNamedAndOtherPathsAreNot() throws Exception {
        assertEquals(model.name(), json(get("/v1/models").body()).get("data").get(0).get("id").textValue());
        assertEquals(404, get("/").statusCode());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(server.uri().resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void closingEndsAnAnswerThatIsBeingWritten() throws Exception {
        ChatServer other = ChatServer.start(model);
        String endless = "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}], \"max_tokens\": 4000, \"temperature\": 100, \"stream\": true}";
        HttpResponse<Stream<String>> answer = CLIENT.send(HttpRequest.newBuilder(other.uri().resolve("/v1/chat/completions")).POST(HttpRequest.BodyPublishers.ofString(endless)).build(),
            HttpResponse.BodyHandlers.ofLines());
        assertTrue(answer.body().iterator().next().startsWith("data: "));
        long start = System.nanoTime();
        other.close();
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(50));
        assertThrows(ConnectException.class, () -> CLIENT.send(HttpRequest.newBuilder(other.uri()).build(), HttpResponse.BodyHandlers.ofString()));
    }

    @Test
    void aTakenPortIsSaid() {
        int port = server.uri().getPort();
        assertTrue(assertThrows(TunebookException.class, () -> ChatServer.start(model, port)).getMessage().startsWith("ChatServer.start: the port cannot be used — port " + port));
    }
}
