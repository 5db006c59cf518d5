package tunebook.io.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tunebook.tensor.TunebookException;

/// The hub over HTTP: which commit a revision is, which files it has, and their bytes.
///
/// Redirects are followed here and not by the HTTP client, since the token goes to the endpoint's own scheme, host and port only. Addresses of storage hosts
/// carry signatures: messages show hosts, never whole addresses.
///
/// Java's older client is used, and on virtual threads, where an interrupt ends its waiting: it reads in the caller's thread. The newer one hands each 16 kB
/// through three threads, which took two to five times as long on a busy machine with two cores.
final class HubServer {
    private static final String OFFICIAL = "https://huggingface.co/";
    private static final int MOST_REDIRECTS = 10;
    private static final int MOST_PAGES = 10_000;
    private static final int LARGEST_PAGE = 64 << 20;
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;[^,]*rel=\"?next\"?");

    private final HubSettings settings;
    private final Retries.Pause pause;
    private final Consumer<String> notes;

    HubServer(HubSettings settings, Retries.Pause pause, Consumer<String> notes) {
        this.settings = settings;
        this.pause = pause;
        this.notes = notes;
    }

    /// The commit that `revision` is now.
    ///
    /// @throws IOException if the hub cannot be reached
    /// @throws TunebookException if it refuses, or has no such repository or revision
    String commit(RepoId repo, String revision) throws IOException, InterruptedException {
        Page page = page(repo, revision, api(repo, "/revision/" + encode(revision)));
        String commit = page.json.path("sha").asText();
        if (!RepoFile.isCommit(commit)) throw noHub("the answer for a revision names no commit");
        return commit;
    }

    /// All files of the repository at `commit`.
    List<RepoFile> listing(RepoId repo, String commit) throws IOException, InterruptedException {
        List<RepoFile> files = new ArrayList<>();
        Set<URI> seen = new HashSet<>();
        Optional<URI> next = Optional.of(api(repo, "/tree/" + commit + "?recursive=true"));
        while (next.isPresent()) {
            if (!seen.add(next.get()) || seen.size() > MOST_PAGES) throw noHub("the listing of files has no end");
            Page page = page(repo, commit, next.get());
            if (!page.json.isArray()) throw noHub("the listing of files is no list");
            files.addAll(Listing.ofPage(page.json));
            next = page.next;
        }
        return files;
    }

    /// Bytes of a file from `from` on; one try. The answer is whatever came: a file, a part of it, or a refusal.
    Answer file(RepoId repo, String commit, String path, long from) throws IOException {
        String encoded = Arrays.stream(path.split("/")).map(HubServer::encode).collect(Collectors.joining("/"));
        return follow(URI.create(settings.endpoint() + "/" + repo.page() + "/resolve/" + commit + "/" + encoded), from);
    }

    Retries retries() {
        return new Retries(pause, notes);
    }

    private URI api(RepoId repo, String rest) {
        return URI.create(settings.endpoint() + "/api/" + repo.kind().plural + "/" + repo.name() + rest);
    }

    private record Page(JsonNode json, Optional<URI> next) {}

    private Page page(RepoId repo, String revision, URI address) throws IOException, InterruptedException {
        Retries retries = retries();
        while (true)
            try (Answer answer = follow(address, 0)) {
                Refusal.check(answer, repo, revision, "", settings);
                return new Page(json(answer), next(answer));
            } catch (IOException e) {
                retries.after(e);
            }
    }

    private JsonNode json(Answer answer) throws IOException {
        byte[] text;
        try (InputStream body = answer.body()) {
            text = body.readNBytes(LARGEST_PAGE + 1);
        }
        if (text.length > LARGEST_PAGE) throw noHub("a list of files is larger than " + LARGEST_PAGE + " bytes");
        if (answer.connection().getContentLengthLong() > text.length) throw new IOException("the connection was cut after " + text.length + " bytes");
        try {
            return Listing.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw noHub("the answer is not JSON (a login page of the network, perhaps)");
        }
    }

    /// The page after this one. A mirror may pass on the official hub's own links: they are asked of the mirror.
    private Optional<URI> next(Answer answer) {
        Matcher link = NEXT.matcher(answer.header("Link").orElse(""));
        if (!link.find()) return Optional.empty();
        String target = link.group(1).startsWith(OFFICIAL) ? settings.endpoint() + "/" + link.group(1).substring(OFFICIAL.length()) : link.group(1);
        return Optional.of(resolve(answer.at(), target));
    }

    private Answer follow(URI address, long from) throws IOException {
        URI at = address;
        var file = Answer.FileHeaders.NONE;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpURLConnection answer = request(at, from);
            int status = answer.getResponseCode();
            boolean own = isEndpoint(at);
            file = file.and(answer);
            Optional<String> location = Answer.header(answer, "Location");
            if (status / 100 != 3 || location.isEmpty()) return new Answer(at, own, status, own ? file.andOwn(answer) : file, answer);
            Answer.close(answer);
            at = resolve(at, location.get());
        }
        throw noHub("more than " + MOST_REDIRECTS + " redirects");
    }

    private HttpURLConnection request(URI at, long from) throws IOException {
        HttpURLConnection request = settings.proxies().open(at);
        request.setInstanceFollowRedirects(false);
        request.setUseCaches(false);
        request.setConnectTimeout((int) settings.patience().toMillis());
        request.setReadTimeout((int) settings.patience().toMillis());
        request.setRequestProperty("User-Agent", "tunebook");
        request.setRequestProperty("Accept", "*/*");
        request.setRequestProperty("Accept-Encoding", "identity");
        if (from > 0) request.setRequestProperty("Range", "bytes=" + from + "-");
        if (isEndpoint(at)) settings.token().ifPresent(token -> request.setRequestProperty("Authorization", token.header()));
        return request;
    }

    private boolean isEndpoint(URI at) {
        URI own = settings.endpoint();
        return own.getScheme().equalsIgnoreCase(at.getScheme()) && own.getHost().equalsIgnoreCase(at.getHost()) && port(own) == port(at);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    }

    /// Where `target`, found in an answer of `at`, leads; never from https to http.
    URI resolve(URI at, String target) {
        try {
            URI to = at.resolve(target);
            if (to.getHost() != null && (to.getScheme().equals("https") || to.getScheme().equals("http") && at.getScheme().equals("http"))) return to;
        } catch (IllegalArgumentException e) {
            // said below; the address may hold a signature
        }
        throw noHub("it sends the reader to an address that is none, or from https to http");
    }

    private TunebookException noHub(String wrong) {
        return TunebookException.of("Hub.fetch", "the server does not answer as a hub does: " + wrong, settings.endpoint().toString(),
            "check HF_ENDPOINT and your proxy settings, and whether the network wants a login");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
