package tunebook.io.hub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A hub on this machine that answers as huggingface.co does, with a storage host of its own on a second port.
///
/// Small files are answered by way of a relative redirect (`/api/resolve-cache/…`), large ones by a redirect to the storage host with a signed address, and
/// `X-Repo-Commit`, `X-Linked-Etag`, `X-Linked-Size` beside it. The storage host refuses whoever brings an `Authorization` header, as S3 does, and has an ETag
/// of its own that is no checksum. Lists of files come in pages of three. [#main] runs it for others, `make.py` for one.
final class FakeHub implements AutoCloseable {
    static final String TOKEN = "hf_testsSecretToken0123456789";
    private static final int PAGE = 3;
    private static final Pattern API = Pattern.compile("/api/(models|datasets)/([^/]+/[^/]+)/(revision|tree)/([^/]+)");
    private static final Pattern RESOLVE = Pattern.compile("/(?:(datasets)/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)");
    private static final Pattern CACHED = Pattern.compile("/api/resolve-cache/(models|datasets)/([^/]+/[^/]+)/([0-9a-f]{40})/(.+)");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-");

    /// One request that came: `hub GET /path`, and its headers.
    record Seen(String host, String method, String path, Map<String, List<String>> headers) {
        boolean hasToken() {
            return headers.containsKey("Authorization");
        }

        String range() {
            return headers.getOrDefault("Range", List.of("")).getFirst();
        }
    }

    /// What goes wrong with an answer.
    interface Fault {
        /// @return whether the exchange was answered
        boolean answer(HttpExchange exchange, byte[] body, int from) throws IOException;
    }

    final List<Seen> seen = new CopyOnWriteArrayList<>();
    final Map<String, ToyRepos.Repo> repos = new ConcurrentHashMap<>();
    final Map<String, String> renamed = new ConcurrentHashMap<>();
    final Map<String, String> gated = new ConcurrentHashMap<>();
    final Map<String, ConcurrentLinkedQueue<Fault>> faults = new ConcurrentHashMap<>();
    final List<ObjectNode> extraEntries = new ArrayList<>();
    /// Whether links are passed on as the official hub has them.
    volatile boolean mirror;
    private final HttpServer hub = server("hub");
    private final HttpServer storage = server("storage");

    FakeHub() {
        for (var repo : List.of(ToyRepos.model(), ToyRepos.dataset())) repos.put(repo.kind() + "/" + repo.name(), repo);
    }

    String endpoint() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    /// The next answers that serve a file of this name go wrong like this, one after another.
    void fail(String file, Fault... like) {
        faults.computeIfAbsent(file, f -> new ConcurrentLinkedQueue<>()).addAll(List.of(like));
    }

    /// The connection ends after `bytes` of the body.
    static Fault cut(int bytes) {
        return (exchange, body, from) -> {
            status(exchange, body, from);
            exchange.getResponseBody().write(body, from, Math.min(bytes, body.length - from));
            exchange.getResponseBody().flush();
            exchange.close();
            return true;
        };
    }

    /// Nothing more comes after `bytes`.
    static Fault stall(int bytes, long ms) {
        return (exchange, body, from) -> {
            status(exchange, body, from);
            exchange.getResponseBody().write(body, from, bytes);
            exchange.getResponseBody().flush();
            sleep(ms);
            exchange.close();
            return true;
        };
    }

    static Fault status(int code, String... headers) {
        return (exchange, body, from) -> {
            for (int i = 0; i < headers.length; i += 2) exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            exchange.sendResponseHeaders(code, -1);
            exchange.close();
            return true;
        };
    }

    /// The body is another one.
    static Fault body(byte[] other) {
        return (exchange, body, from) -> {
            send(exchange, other, 0, 200);
            return true;
        };
    }

    long requests(String host, String method, String end) {
        return seen.stream().filter(s -> s.host().equals(host) && s.method().equals(method) && s.path().endsWith(end)).count();
    }

    private HttpServer server(String name) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", exchange -> {
                try (exchange) {
                    seen.add(new Seen(name, exchange.getRequestMethod(), exchange.getRequestURI().toString(), Map.copyOf(exchange.getRequestHeaders())));
                    if (name.equals("hub")) hub(exchange);
                    else storage(exchange);
                }
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void hub(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        Matcher api = API.matcher(path), resolve = RESOLVE.matcher(path), cached = CACHED.matcher(path);
        if (faulty(exchange, path, new byte[0], 0)) return;
        if (api.matches()) api(exchange, api.group(1), api.group(2), api.group(3), decode(api.group(4)));
        else if (cached.matches()) file(exchange, repos.get(cached.group(1) + "/" + cached.group(2)), cached.group(3), decode(cached.group(4)));
        else if (resolve.matches())
            resolve(exchange, resolve.group(1) == null ? "models" : "datasets", resolve.group(2), decode(resolve.group(3)), resolve.group(4));
        else error(exchange, 404, "", "Not found");
    }

    private void api(HttpExchange exchange, String kind, String name, String what, String revision) throws IOException {
        if (moved(exchange, name)) return;
        ToyRepos.Repo repo = repos.get(kind + "/" + name);
        if (repo == null) missing(exchange);
        else if (repo.commit(revision).isEmpty()) error(exchange, 404, "RevisionNotFound", "Invalid rev id: " + revision);
        else if (what.equals("revision")) json(exchange, Listing.MAPPER.createObjectNode().put("id", name).put("sha", repo.commit(revision)).put("private", false).toString());
        else tree(exchange, repo.commits().get(repo.commit(revision)));
    }

    private void tree(HttpExchange exchange, Map<String, ToyRepos.Content> files) throws IOException {
        List<ObjectNode> entries = new ArrayList<>(List.of(Listing.MAPPER.createObjectNode().put("type", "directory").put("oid", "0".repeat(40)).put("size", 0).put("path", "a folder")));
        files.forEach((path, content) -> entries.add(entry(path, content)));
        entries.addAll(extraEntries);
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        int from = query.contains("cursor=") ? Integer.parseInt(query.replaceFirst(".*cursor=(\\d+).*", "$1")) : 0;
        int to = Math.min(from + PAGE, entries.size());
        if (to < entries.size())
            exchange.getResponseHeaders().set("Link", "<" + (mirror ? "https://huggingface.co" : endpoint()) + exchange.getRequestURI().getRawPath() + "?recursive=true&cursor=" + to + ">; rel=\"next\"");
        ArrayNode page = Listing.MAPPER.createArrayNode().addAll(entries.subList(from, to));
        json(exchange, page.toString());
    }

    static ObjectNode entry(String path, ToyRepos.Content content) {
        ObjectNode entry = Listing.MAPPER.createObjectNode().put("type", "file").put("oid", content.gitHash()).put("size", content.bytes().length).put("path", path);
        if (content.large())
            entry.putObject("lfs").put("oid", content.sha256()).put("size", content.bytes().length).put("pointerSize", content.pointer().length);
        return entry;
    }

    private void resolve(HttpExchange exchange, String kind, String name, String revision, String rawPath) throws IOException {
        if (moved(exchange, name)) return;
        ToyRepos.Repo repo = repos.get(kind + "/" + name);
        if (repo == null) {
            missing(exchange);
            return;
        }
        String commit = repo.commit(revision), path = decode(rawPath);
        if (commit.isEmpty()) error(exchange, 404, "RevisionNotFound", "Invalid rev id: " + revision);
        else if (gated.containsKey(name) && !isAllowed(exchange, name)) return;
        else {
            Headers headers = exchange.getResponseHeaders();
            headers.set("X-Repo-Commit", commit);
            ToyRepos.Content content = repo.commits().get(commit).get(path);
            if (content == null) error(exchange, 404, "EntryNotFound", "Entry not found");
            else {
                headers.set("X-Linked-Etag", "\"" + content.etag() + "\"");
                headers.set("X-Linked-Size", String.valueOf(content.bytes().length));
                redirect(exchange, content.large() ? 302 : 307, content.large()
                    ? "http://localhost:" + storage.getAddress().getPort() + "/" + name + "/" + rawPath + "?X-Amz-Signature=signed&commit=" + commit
                    : "/api/resolve-cache/" + kind + "/" + name + "/" + commit + "/" + rawPath + "?etag=%22" + content.etag() + "%22");
            }
        }
    }

    /// Gated: the terms must be accepted by the account of the token.
    private boolean isAllowed(HttpExchange exchange, String name) throws IOException {
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        if (authorization.equals(gated.get(name))) return true;
        if (authorization.equals("null")) error(exchange, 401, "GatedRepo", "Access to model " + name + " is restricted. You must have access to it and be authenticated to access it. Please log in.");
        else if (!authorization.startsWith("Bearer hf_")) error(exchange, 401, "", "Invalid credentials in Authorization header");
        else error(exchange, 403, "GatedRepo", "Access to model " + name + " is restricted and you are not in the authorized list. You sent " + authorization);
        return false;
    }

    private void file(HttpExchange exchange, ToyRepos.Repo repo, String commit, String path) throws IOException {
        ToyRepos.Content content = repo.commits().get(commit).get(path);
        exchange.getResponseHeaders().set("ETag", "\"" + content.etag() + "\"");
        exchange.getResponseHeaders().set("X-Repo-Commit", commit);
        serve(exchange, path, content.bytes());
    }

    private void storage(HttpExchange exchange) throws IOException {
        URI uri = exchange.getRequestURI();
        String[] path = uri.getPath().split("/", 4);
        if (exchange.getRequestHeaders().containsKey("Authorization") || !String.valueOf(uri.getQuery()).contains("X-Amz-Signature=signed")) {
            exchange.sendResponseHeaders(400, -1);
            return;
        }
        ToyRepos.Repo repo = repos.get("models/" + path[1] + "/" + path[2]);
        ToyRepos.Content content = repo.commits().get(uri.getQuery().replaceFirst(".*commit=", "")).get(path[3]);
        exchange.getResponseHeaders().set("ETag", "\"0123456789abcdef-12\"");
        serve(exchange, path[3], content.bytes());
    }

    private void serve(HttpExchange exchange, String path, byte[] body) throws IOException {
        Matcher range = RANGE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
        int from = range.matches() ? Integer.parseInt(range.group(1)) : 0;
        if (!exchange.getRequestMethod().equals("HEAD") && faulty(exchange, path, body, from)) return;
        if (from > 0 && from >= body.length) exchange.sendResponseHeaders(416, -1);
        else send(exchange, body, from, from > 0 ? 206 : 200);
    }

    private boolean faulty(HttpExchange exchange, String path, byte[] body, int from) throws IOException {
        ConcurrentLinkedQueue<Fault> queue = faults.get(path);
        Fault fault = queue == null ? null : queue.poll();
        return fault != null && fault.answer(exchange, body, from);
    }

    private static void status(HttpExchange exchange, byte[] body, int from) throws IOException {
        if (from > 0) exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, body.length - from == 0 ? -1 : body.length - from);
    }

    private static void send(HttpExchange exchange, byte[] body, int from, int status) throws IOException {
        if (from > 0) exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length - from == 0 ? -1 : body.length - from);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body, from, body.length - from);
        }
    }

    private boolean moved(HttpExchange exchange, String name) throws IOException {
        if (!renamed.containsKey(name)) return false;
        redirect(exchange, 307, exchange.getRequestURI().toString().replace(name, renamed.get(name)));
        return true;
    }

    private static void redirect(HttpExchange exchange, int status, String location) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        exchange.sendResponseHeaders(status, -1);
    }

    private static void missing(HttpExchange exchange) throws IOException {
        if (exchange.getRequestHeaders().containsKey("Authorization")) error(exchange, 404, "RepoNotFound", "Repository not found");
        else error(exchange, 401, "RepoNotFound", "Invalid username or password.");
    }

    private static void error(HttpExchange exchange, int status, String code, String message) throws IOException {
        if (!code.isEmpty()) exchange.getResponseHeaders().set("X-Error-Code", code);
        exchange.getResponseHeaders().set("X-Error-Message", message);
        exchange.sendResponseHeaders(status, -1);
    }

    private static void json(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        send(exchange, text.getBytes(StandardCharsets.UTF_8), 0, 200);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
    }

    /// Runs a hub until standard input ends, and prints its address. A large model `toy-lab/big` is there too, of as many megabytes as the argument says. What was
    /// asked of it is printed at the end.
    public static void main(String[] arguments) throws IOException {
        try (FakeHub hub = new FakeHub()) {
            int megabytes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1;
            var files = new LinkedHashMap<>(Map.of("model.safetensors", new ToyRepos.Content(ToyRepos.noise(megabytes << 20, 3), true)));
            hub.repos.put("models/toy-lab/big", ToyRepos.repo("models", "toy-lab/big", Map.of("main", files)));
            System.out.println(hub.endpoint());
            System.out.flush();
            while (System.in.read() >= 0) { /* until it ends */ }
            hub.seen.forEach(s -> System.out.println(s.host() + " " + s.method() + " " + s.path() + " " + s.range()));
        }
    }
}
