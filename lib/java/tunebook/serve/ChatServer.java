package tunebook.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tunebook.generate.Generator;
import tunebook.model.LanguageModel;
import tunebook.tensor.TunebookException;

/// A model that answers over HTTP as OpenAI's chat completions do, so that their clients can talk to it: `POST /v1/chat/completions`, whole or as a stream of
/// server-sent events, with function calls; `GET /v1/models`. It listens on this machine alone and asks nobody for a key.
///
/// Requests are answered one after another. While it is open nothing else may use the model. [#close] ends the answer that is being written and frees
/// what it compiled; the model stays its owner's.
public final class ChatServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChatServer.class);
    private static final int MOST_BYTES = 8 << 20;
    private static final int CLOSING_SECONDS = 60;

    private final LanguageModel model;
    private final HttpServer http;
    private final Generator generator;
    private final ExecutorService threads = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("chat-server-", 0).factory());
    private final ReentrantLock answering = new ReentrantLock(true);

    private ChatServer(LanguageModel model, HttpServer http) {
        this.model = model;
        this.http = http;
        this.generator = new Generator(model, 1);
        http.createContext("/", this::handle);
        http.setExecutor(threads);
        http.start();
    }

    /// Serves `model` on a free port: see [#uri].
    public static ChatServer start(LanguageModel model) {
        return start(model, 0);
    }

    /// Serves `model` on `port`; 0 takes a free one.
    ///
    /// @throws TunebookException if the port is taken or not allowed
    public static ChatServer start(LanguageModel model, int port) {
        try {
            return new ChatServer(model, HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0));
        } catch (IOException | IllegalArgumentException e) {
            throw TunebookException.because(e, "ChatServer.start", "the port cannot be used", "port " + port + " (" + e.getMessage() + ")", "close what uses it, or let start(model) find a free one");
        }
    }

    /// Where it answers: what OpenAI's clients call the base URL, `http://127.0.0.1:8080/v1`.
    public URI uri() {
        return URI.create("http://" + http.getAddress().getAddress().getHostAddress() + ":" + http.getAddress().getPort() + "/v1");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String asked = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
            switch (asked) {
                case "POST /v1/chat/completions" -> complete(exchange);
                case "GET /v1/models" -> json(exchange, 200, Map.of("object", "list", "data", List.of(Map.of("id", model.name(), "object", "model", "owned_by", "tunebook"))));
                default -> json(exchange, 404, error("ChatServer: nothing answers here — " + asked + " — ask POST /v1/chat/completions or GET /v1/models"));
            }
        } catch (UncheckedIOException | IOException e) {
            LOG.debug("ChatServer: a client went away: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("ChatServer: no answer", e);
            if (exchange.getResponseCode() < 0) json(exchange, 500, error(String.valueOf(e.getMessage())));
        }
    }

    private void complete(HttpExchange exchange) throws IOException {
        ChatRequest request;
        try {
            byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
            if (body.length > MOST_BYTES) throw TunebookException.of("ChatServer", "the request is too large", "more than " + (MOST_BYTES >> 20) + " MiB", "send less text");
            request = ChatRequest.read(new String(body, StandardCharsets.UTF_8), model);
        } catch (TunebookException e) {
            json(exchange, 400, error(e.getMessage()));
            return;
        }
        answering.lock();
        try {
            if (request.stream()) stream(exchange, request);
            else json(exchange, 200, new ChatAnswer(model, request, _ -> {}).write(generator).whole());
        } finally {
            answering.unlock();
        }
    }

    private void stream(HttpExchange exchange, ChatRequest request) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.sendResponseHeaders(200, 0); // length unknown: in chunks
        OutputStream out = exchange.getResponseBody();
        ChatAnswer answer = new ChatAnswer(model, request, chunk -> event(out, ChatRequest.json(chunk)));
        answer.opening();
        try {
            answer.write(generator).closing();
        } catch (TunebookException e) {
            event(out, ChatRequest.json(error(e.getMessage()))); // the status is out already
            return;
        }
        event(out, "[DONE]");
    }

    private static void event(OutputStream out, String data) {
        try {
            out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nobody listens: the answer ends here
        }
    }

    private static void json(HttpExchange exchange, int status, Map<String, Object> value) throws IOException {
        byte[] body = ChatRequest.json(value).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static Map<String, Object> error(String message) {
        return Map.of("error", Map.of("message", message, "type", "invalid_request_error"));
    }

    /// Stops listening and waits until the answer that is being written has ended. A second call does nothing.
    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow(); // generation ends after the token it is at
        try {
            if (!threads.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) LOG.warn("ChatServer.close: an answer is still being written after {} s", CLOSING_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        generator.close();
    }

    @Override
    public String toString() {
        return model.name() + " at " + uri();
    }
}
