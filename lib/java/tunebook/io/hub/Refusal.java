package tunebook.io.hub;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tunebook.tensor.TunebookException;

/// An answer of the hub that is no file and no list: what it means, and what to do.
///
/// @param path the file that was asked for; empty for the API
record Refusal(Answer answer, RepoId repo, String revision, String path, HubSettings settings) {
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
    private static final Pattern LIMIT = Pattern.compile(";\\s*r\\s*=\\s*0\\s*;\\s*t\\s*=\\s*(\\d{1,9})");
    private static final int LONGEST_MESSAGE = 200;

    /// Returns where the answer is a success.
    ///
    /// @throws Retries.Busy where another try may succeed
    /// @throws TunebookException where it cannot
    static void check(Answer answer, RepoId repo, String revision, String path, HubSettings settings) throws IOException {
        if (answer.status() / 100 == 2) return;
        var refusal = new Refusal(answer, repo, revision, path, settings);
        // A storage host refuses what is signed for too short a time: the hub signs anew for the next try.
        if (PASSING.contains(answer.status()) || !answer.endpoint() && answer.status() != 407) throw new Retries.Busy(refusal.status(), refusal.askedWait(Instant.now()));
        throw refusal.error();
    }

    private TunebookException error() {
        String code = header("X-Error-Code");
        int status = answer.status();
        if (status == 407)
            return error("the proxy wants a password", settings.proxies().toString(), "write it into the proxy's address, http://user:password@host:port; for https Java wants "
                + "-Djdk.http.auth.tunneling.disabledSchemes= too");
        if (code.equals("GatedRepo")) return gated();
        if (code.equals("RevisionNotFound")) return error("there is no such revision", revision + " of " + repo, "choose a branch, tag or commit of " + page() + "/tree/main");
        if (code.equals("EntryNotFound")) return error("there is no such file", path + " of " + repo + " at " + revision, "choose one of " + page() + "/tree/" + revision);
        if (status == 401 && message().contains("nvalid") && settings.token().isPresent())
            return error("the hub does not know the access token", given(), "make a new one with read access at " + settings.endpoint() + "/settings/tokens and set HF_TOKEN");
        if (code.equals("RepoNotFound") || status == 401 || status == 404) return missing();
        return error("the hub refuses, " + status(), given(), status == 403 ? "give the token read access to this repository at " + settings.endpoint() + "/settings/tokens"
            : "see whether " + page() + " opens in a browser");
    }

    private TunebookException gated() {
        String accept = "accept its terms at " + page() + " with your account";
        return settings.token().isPresent()
            ? error("the repository is gated and the token's account may not read it", given() + said(), accept + "; a fine-grained token also needs the right to read gated repositories ("
                + settings.endpoint() + "/settings/tokens)")
            : error("the repository is gated and no access token is set", given() + said(), accept + ", then make a token with read access at " + settings.endpoint()
                + "/settings/tokens and set HF_TOKEN to it (or write HF_TOKEN=... into .env)");
    }

    private TunebookException missing() {
        String other = repo.kind() == RepoId.Kind.MODEL ? "; a data set is named with Hub.dataset (--dataset)" : "; a model is named with Hub.repo";
        return error("there is no such repository, or it is private", given(), "check the name at " + page() + other
            + (settings.token().isPresent() ? "; for a private one its token must have access" : "; for a private one set HF_TOKEN"));
    }

    private TunebookException error(String wrong, String given, String remedy) {
        return TunebookException.of("Hub.fetch", wrong, given, remedy);
    }

    private String given() {
        return repo + ", " + settings.token().map(Token::toString).orElse("no token");
    }

    private String page() {
        return settings.endpoint() + "/" + repo.page();
    }

    private String said() {
        return message().isEmpty() ? "" : "; the hub says: " + message();
    }

    private String status() {
        String id = header("X-Request-Id");
        return "HTTP status " + answer.status() + " of " + answer.at().getHost() + (message().isEmpty() ? "" : " (" + message() + ")") + (id.isEmpty() ? "" : ", request " + id);
    }

    /// The server's words, cut short and without a token that they may repeat.
    private String message() {
        String text = header("X-Error-Message").replaceAll("\\p{Cntrl}", " ").strip();
        String safe = settings.token().map(t -> t.hide(text)).orElse(text);
        return safe.length() > LONGEST_MESSAGE ? safe.substring(0, LONGEST_MESSAGE) + "…" : safe;
    }

    private String header(String name) {
        return answer.header(name).orElse("");
    }

    /// How long the server asks to wait: `Retry-After` in seconds or as a date, or the end of its `RateLimit` window.
    private Optional<Duration> askedWait(Instant now) {
        Matcher limit = LIMIT.matcher(header("RateLimit"));
        if (limit.find()) return Optional.of(Duration.ofSeconds(Long.parseLong(limit.group(1)) + 1)); // rounded down by the server
        String after = header("Retry-After").strip();
        if (after.matches("\\d{1,9}")) return Optional.of(Duration.ofSeconds(Long.parseLong(after)));
        try {
            Duration until = Duration.between(now, ZonedDateTime.parse(after, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            return Optional.of(until.isNegative() ? Duration.ZERO : until.plusSeconds(1));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
