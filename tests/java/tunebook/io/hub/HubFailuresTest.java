package tunebook.io.hub;

import static org.junit.jupiter.api.Assertions.*;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static tunebook.io.hub.FakeHub.TOKEN;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

/// What goes wrong between here and a hub: it is mended where it can be, and else said, with nothing half-written.
class HubFailuresTest {
    private static final String API = "/api/models/toy-lab/toy-gemma/";
    private final FakeHub server = new FakeHub();
    private final ToyRepos.Repo toy = ToyRepos.model();
    private final String commit = toy.commit("main");
    private final ToyRepos.Content weights = toy.commits().get(commit).get("model.safetensors");
    private final List<Duration> pauses = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    @TempDir Path folder;
    private Path cache;
    private Optional<String> token = Optional.empty();

    @org.junit.jupiter.api.BeforeEach
    void place() {
        cache = folder.resolve("hub");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Hub hub(String name) {
        FetchListener listener = HubTest.notesTo(notes);
        return new Hub(new RepoId(RepoId.Kind.MODEL, name), "main", FilePatterns.ALL, HubTest.settings(server, cache, token), () -> listener);
    }

    private Hub weightsOnly() {
        return hub(ToyRepos.MODEL).include("model.safetensors");
    }

    private Path fetch(Hub hub) {
        return hub.ask(d -> {
            synchronized (pauses) {
                pauses.add(d);
            }
        }, Fetch::folder);
    }

    private String fails(Hub hub) {
        return fails(() -> fetch(hub));
    }

    private static String fails(Callable<?> body) {
        return assertThrows(TunebookException.class, body::call).getMessage();
    }

    private void assertWeights(Path snapshot) throws Exception {
        assertArrayEquals(weights.bytes(), Files.readAllBytes(snapshot.resolve("model.safetensors")));
        assertEquals(List.of(weights.sha256()), blobs());
    }

    private List<String> blobs() throws Exception {
        Path blobs = cache.resolve("models--toy-lab--toy-gemma/blobs");
        if (!Files.exists(blobs)) return List.of();
        try (var list = Files.list(blobs)) {
            return list.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    /// Neither the snapshot nor the revision says that something is there.
    private void assertNothingShows() throws Exception {
        try (var walk = Files.exists(cache) ? Files.walk(cache) : java.util.stream.Stream.<Path>empty()) {
            assertEquals(List.of(), walk.map(p -> cache.relativize(p).toString()).filter(p -> p.contains("snapshots/") || p.contains("refs/") || p.endsWith(".tmp")).toList());
        }
    }

    private List<String> ranges() {
        return server.seen.stream().filter(s -> s.host().equals("storage")).map(FakeHub.Seen::range).toList();
    }

    @Test
    void aCutConnectionGoesOnWhereItWasCut() throws Exception {
        server.fail("model.safetensors", FakeHub.cut(100_000), FakeHub.cut(0), FakeHub.cut(50_000));
        assertWeights(fetch(weightsOnly()));
        assertEquals(List.of("", "bytes=100000-", "bytes=100000-", "bytes=150000-"), ranges());
        assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(1)), pauses, "bytes that came begin the count anew");
    }

    @Test
    void aDownloadThatIsGivenUpGoesOnTheNextTime() throws Exception {
        server.fail("model.safetensors", FakeHub.cut(100_000), FakeHub.cut(0), FakeHub.cut(0), FakeHub.cut(0), FakeHub.cut(0), FakeHub.cut(0));
        String message = fails(weightsOnly());
        assertTrue(message.startsWith("Hub.fetch: the download stopped: "), message);
        assertTrue(message.endsWith(" — toy-lab/toy-gemma at main, 0 of 1 files, 100,000 of 300,000 bytes — run it again: it goes on where it stopped"), message);
        assertNothingShows();
        server.seen.clear();
        assertWeights(fetch(weightsOnly()));
        assertEquals(List.of("bytes=100000-"), ranges());
    }

    @Test
    void aServerThatIgnoresTheRangeIsReadFromTheStart() throws Exception {
        server.fail("model.safetensors", FakeHub.cut(100_000), FakeHub.body(weights.bytes()));
        assertWeights(fetch(weightsOnly()));
        server.fail("model.safetensors", FakeHub.cut(100_000), FakeHub.status(416));
        Files.delete(cache.resolve("models--toy-lab--toy-gemma/blobs/" + weights.sha256()));
        assertWeights(fetch(weightsOnly()));
        assertEquals("", ranges().getLast());
    }

    @Test
    void aLeftoverWithWrongBytesIsThrownAwayAndFetchedAgain() throws Exception {
        Path blobs = Files.createDirectories(cache.resolve("models--toy-lab--toy-gemma/blobs"));
        for (int size : new int[] {1000, 300_000, 400_000}) {
            Files.write(blobs.resolve(weights.sha256() + ".tunebook.incomplete"), new byte[size]);
            assertWeights(fetch(weightsOnly()));
            Files.delete(blobs.resolve(weights.sha256()));
        }
    }

    @Test
    void aWrongHashIsNeverKept() throws Exception {
        byte[] wrong = weights.bytes().clone();
        wrong[1234] ^= 1;
        server.fail("model.safetensors", FakeHub.body(wrong));
        String message = fails(weightsOnly());
        assertEquals("Hub.fetch: what came is not what the hub says it is; it was thrown away — model.safetensors of toy-lab/toy-gemma, checksum " + ToyRepos.hash("SHA-256", wrong)
            + " instead of " + weights.sha256() + " — try again; if it stays so, something between here and the hub changes files (a proxy, a virus scanner, a mirror)", message);
        assertEquals(List.of(), blobs());
        assertNothingShows();
    }

    @Test
    void smallFilesAreCheckedByGitsHash() throws Exception {
        ToyRepos.Content config = toy.commits().get(commit).get("config.json");
        byte[] wrong = config.bytes().clone();
        wrong[0] = '[';
        server.fail("config.json", FakeHub.body(wrong));
        String message = fails(hub(ToyRepos.MODEL).include("config.json"));
        assertTrue(message.contains("checksum " + ToyRepos.gitHashOf(wrong) + " instead of " + config.gitHash()), message);
        assertEquals(List.of(), blobs());
    }

    @Test
    void moreBytesThanTheFileHasAreNotWritten() throws Exception {
        server.fail("model.safetensors", FakeHub.body(ToyRepos.noise(500_000, 1)));
        assertTrue(fails(weightsOnly()).startsWith("Hub.fetch: the server sends more than the file has; it was thrown away — model.safetensors of toy-lab/toy-gemma, 300000 bytes — "));
        assertEquals(List.of(), blobs());
    }

    @Test
    void aHubThatOffersAnotherFileThanItListsIsNotFollowed() throws Exception {
        String path = "/toy-lab/toy-gemma/resolve/" + commit + "/model.safetensors";
        String other = "f".repeat(64);
        for (var said : List.of(List.of("X-Linked-Etag", "\"" + other + "\"", "checksum " + other), List.of("X-Linked-Size", "5", "5 bytes instead of 300000 bytes"),
                List.of("X-Repo-Commit", "0".repeat(40), "commit " + "0".repeat(40) + " instead of " + commit))) {
            server.fail(path, FakeHub.status(200, said.get(0), said.get(1)));
            String message = fails(weightsOnly());
            assertTrue(message.startsWith("Hub.fetch: the hub offers another file than it lists — model.safetensors of toy-lab/toy-gemma, ") && message.contains(said.get(2)), message);
        }
        assertNothingShows();
    }

    @Test
    void aServerThatAsksToWaitIsGivenItsTime() throws Exception {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100));
        server.fail(API + "revision/main", FakeHub.status(429, "Retry-After", "17"), FakeHub.status(429, "RateLimit", "\"api\";r=0;t=55"), FakeHub.status(503, "Retry-After", date));
        server.fail("model.safetensors", FakeHub.status(429, "Retry-After", "3"));
        assertWeights(fetch(weightsOnly()));
        assertEquals(List.of(17L, 56L), pauses.subList(0, 2).stream().map(Duration::toSeconds).toList());
        assertTrue(pauses.get(2).toSeconds() > 50 && pauses.get(2).toSeconds() <= 101, pauses.toString());
        assertEquals(Duration.ofSeconds(3), pauses.get(3));
        assertEquals("The hub asks to wait 17 s: HTTP status 429 of 127.0.0.1", notes.getFirst());
    }

    @Test
    void aWaitOfHoursIsNotWaited() throws Exception {
        server.fail(API + "revision/main", FakeHub.status(429, "Retry-After", "7200"));
        String message = fails(weightsOnly());
        assertTrue(message.startsWith("Hub.fetch: the hub cannot be reached: HTTP status 429 of 127.0.0.1 — "), message);
        assertTrue(message.endsWith(" — wait some minutes; with an account's token in HF_TOKEN the limit is higher"), message);
        assertEquals(List.of(), pauses);
    }

    @Test
    void aServerThatIsDownIsTriedSixTimes() throws Exception {
        FakeHub.Fault[] down = new FakeHub.Fault[6];
        Arrays.fill(down, FakeHub.status(503, "X-Request-Id", "Root=1-2"));
        server.fail(API + "revision/main", down);
        assertTrue(fails(weightsOnly()).startsWith("Hub.fetch: the hub cannot be reached: HTTP status 503 of 127.0.0.1, request Root=1-2 — "));
        assertEquals(List.of(1L, 2L, 4L, 8L, 8L), pauses.stream().map(Duration::toSeconds).toList());
        server.fail(API + "revision/main", Arrays.copyOf(down, 5));
        assertWeights(fetch(weightsOnly()));
    }

    @Test
    void aStalledConnectionIsGivenUpAndTakenUpAgain() throws Exception {
        server.fail("model.safetensors", FakeHub.stall(120_000, 20_000));
        HubSettings s = HubTest.settings(server, cache, token);
        var impatient = new HubSettings(s.cache(), s.endpoint(), s.token(), false, true, Duration.ofMillis(700), s.proxies());
        assertWeights(fetch(weightsOnly().settings(impatient)));
        assertEquals(List.of("", "bytes=120000-"), ranges());
    }

    @Test
    void anInterruptStopsItAndTheNextTryGoesOn() throws Exception {
        server.fail("model.safetensors", FakeHub.stall(120_000, 20_000));
        String[] said = new String[1];
        Thread fetching = Thread.ofPlatform().start(() -> said[0] = fails(() -> weightsOnly().fetch()) + Thread.currentThread().isInterrupted());
        Path part = cache.resolve("models--toy-lab--toy-gemma/blobs/" + weights.sha256() + ".tunebook.incomplete");
        while (!Files.exists(part) || Files.size(part) < 120_000) Thread.sleep(5);
        fetching.interrupt();
        assertTrue(fetching.join(Duration.ofSeconds(20)));
        assertEquals("Hub.fetch: interrupted — toy-lab/toy-gemma at main — run it again: it goes on where it stoppedtrue", said[0]);
        assertNothingShows();
        assertWeights(fetch(weightsOnly()));
        assertEquals("bytes=120000-", ranges().getLast());
    }

    @Test
    void aListingThatLeavesTheFolderIsRefusedAsAWhole() throws Exception {
        for (String path : List.of("../../evil", "a/../../b", "/etc/passwd", "C:/x", "a/C:x", "..\\evil", "\\\\host\\share", "a//b", "./a", "", "a/\n/b", "a/.."))  {
            server.extraEntries.clear();
            server.extraEntries.add(FakeHub.entry(path, ToyRepos.text("x")));
            String message = fails(hub(ToyRepos.MODEL));
            assertEquals("Hub.fetch: the listing names a file outside of the repository's folder; nothing was written — \"" + path.replace("\n", "?")
                + "\" — do not use this repository; tell its owner or the hub", message);
        }
        assertFalse(Files.exists(cache));
    }

    @Test
    void whatIsNoHubIsSaidToBeNone() {
        server.extraEntries.add(FakeHub.entry("a", ToyRepos.text("x")).put("oid", "../../x"));
        assertTrue(fails(weightsOnly()).startsWith("Hub.fetch: the listing is not a hub's: a file without a proper size and checksum — a, 1 bytes — check HF_ENDPOINT"));
        server.fail(API + "revision/main", FakeHub.body("<html>Welcome to the hotel</html>".getBytes()), FakeHub.body("{}".getBytes()), FakeHub.status(302, "Location", API + "revision/main"));
        String start = "Hub.fetch: the server does not answer as a hub does: ";
        assertTrue(fails(weightsOnly()).startsWith(start + "the answer is not JSON (a login page of the network, perhaps) — " + server.endpoint()));
        assertTrue(fails(weightsOnly()).startsWith(start + "the answer for a revision names no commit"));
        FakeHub.Fault[] circle = new FakeHub.Fault[20];
        Arrays.fill(circle, FakeHub.status(302, "Location", API + "revision/main"));
        server.fail(API + "revision/main", circle);
        assertTrue(fails(weightsOnly()).startsWith(start + "more than 10 redirects"));
        server.faults.clear();
        server.fail(API + "tree/" + commit, FakeHub.status(302, "Location", "ftp://example.org/x"), FakeHub.body("{}".getBytes()));
        assertTrue(fails(weightsOnly()).startsWith(start + "it sends the reader to an address that is none"));
        assertTrue(fails(weightsOnly()).startsWith(start + "the listing of files is no list"));
        server.fail(API + "tree/" + commit, (exchange, body, from) -> {
            exchange.getResponseHeaders().set("Link", "<" + server.endpoint() + API + "tree/" + commit + "?recursive=true>; rel=\"next\"");
            return FakeHub.body("[]".getBytes()).answer(exchange, body, from);
        });
        assertTrue(fails(weightsOnly()).startsWith(start + "the listing of files has no end"));
    }

    @Test
    void whereNoEncryptedConnectionComesAboutItIsSaidSoon() throws Exception {
        try (var plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 2; i++)
                    try (Socket socket = plain.accept()) {
                        socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
                        socket.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        return; // the client's side of the story is what is looked at
                    }
            });
            HubSettings s = HubTest.settings(server, cache, token);
            var encrypted = new HubSettings(cache, URI.create("https://127.0.0.1:" + plain.getLocalPort()), s.token(), false, true, s.patience(), s.proxies());
            String message = fails(weightsOnly().settings(encrypted));
            assertTrue(message.startsWith("Hub.fetch: the hub cannot be reached: ") && message.endsWith("belongs into Java's trust store (-Djavax.net.ssl.trustStore)"), message);
            assertEquals(1, pauses.size());
        }
    }

    @Test
    void redirectsDoNotLeaveEncryption() {
        var client = new HubServer(HubTest.settings(server, cache, token), Thread::sleep, notes::add);
        assertEquals(URI.create("https://b/x?s=1"), client.resolve(URI.create("https://a/y"), "https://b/x?s=1"));
        assertEquals(URI.create("https://a/x"), client.resolve(URI.create("https://a/y"), "/x"));
        assertTrue(fails(() -> client.resolve(URI.create("https://a/y"), "http://a/x?Signature=secret")).contains("or from https to http — " + server.endpoint()));
    }

    @Test
    void aGatedRepositorySaysWhereItsTermsAreAndWhatToSet() throws Exception {
        server.gated.put(ToyRepos.MODEL, "Bearer hf_anotherAccount");
        String none = fails(weightsOnly());
        assertEquals("Hub.fetch: the repository is gated and no access token is set — toy-lab/toy-gemma, no token; the hub says: Access to model toy-lab/toy-gemma is restricted. You must"
            + " have access to it and be authenticated to access it. Please log in. — accept its terms at " + server.endpoint() + "/toy-lab/toy-gemma with your account, then make a token with"
            + " read access at " + server.endpoint() + "/settings/tokens and set HF_TOKEN to it (or write HF_TOKEN=... into .env)", none);
        token = Optional.of(TOKEN);
        String other = fails(weightsOnly());
        assertTrue(other.startsWith("Hub.fetch: the repository is gated and the token's account may not read it — toy-lab/toy-gemma, token from HF_TOKEN; the hub says: Access to model"
            + " toy-lab/toy-gemma is restricted and you are not in the authorized list. You sent Bearer (token) — accept its terms at "), other);
        token = Optional.of("expired");
        assertTrue(fails(weightsOnly()).startsWith("Hub.fetch: the hub does not know the access token — toy-lab/toy-gemma, token from HF_TOKEN — make a new one with read access at "));
        assertNothingShows();
    }

    @Test
    void aMissingRepositoryRevisionOrFileIsSaid() {
        String missing = fails(hub("toy-lab/toy-gema"));
        assertEquals("Hub.fetch: there is no such repository, or it is private — toy-lab/toy-gema, no token — check the name at " + server.endpoint()
            + "/toy-lab/toy-gema; a data set is named with Hub.dataset (--dataset); for a private one set HF_TOKEN", missing);
        token = Optional.of(TOKEN);
        assertTrue(fails(hub("toy-lab/toy-gema")).endsWith("; for a private one its token must have access"));
        String revision = fails(hub(ToyRepos.MODEL).revision("v9"));
        assertEquals("Hub.fetch: there is no such revision — v9 of toy-lab/toy-gemma — choose a branch, tag or commit of " + server.endpoint() + "/toy-lab/toy-gemma/tree/main", revision);
        server.extraEntries.add(FakeHub.entry("gone.txt", ToyRepos.text("x")));
        assertTrue(fails(hub(ToyRepos.MODEL).include("gone.txt")).startsWith("Hub.fetch: there is no such file — gone.txt of toy-lab/toy-gemma at " + commit));
    }

    @Test
    void otherRefusalsShowTheirStatus() {
        server.fail(API + "revision/main", FakeHub.status(403, "X-Error-Message", "Access to this resource is disabled."), FakeHub.status(407), FakeHub.status(418));
        assertTrue(fails(weightsOnly()).startsWith("Hub.fetch: the hub refuses, HTTP status 403 of 127.0.0.1 (Access to this resource is disabled.) — toy-lab/toy-gemma, no token — give the"
            + " token read access"));
        assertTrue(fails(weightsOnly()).startsWith("Hub.fetch: the proxy wants a password — http -, https -, direct [] — write it into the proxy's address"));
        assertTrue(fails(weightsOnly()).endsWith(" — see whether " + server.endpoint() + "/toy-lab/toy-gemma opens in a browser"));
    }

    @Test
    void aDiskWithTooLittleRoomIsSaidBeforeAnythingIsFetched() {
        server.extraEntries.add(FakeHub.entry("huge.bin", ToyRepos.text("x")).put("size", 1L << 60));
        String message = fails(hub(ToyRepos.MODEL));
        assertTrue(message.startsWith("Hub.fetch: the disk has too little room; nothing was fetched — toy-lab/toy-gemma at main, 1,099,511,627,77"), message);
        assertTrue(message.contains(" MB free in ") && message.endsWith("or fetch less with include"), message);
        assertEquals(0, server.seen.stream().filter(s -> s.path().contains("resolve")).count());
    }

    /// A device that is always full stands where the download grows.
    @Test
    void aDiskThatFillsUpIsAClearError() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full here");
        Path blobs = Files.createDirectories(cache.resolve("models--toy-lab--toy-gemma/blobs"));
        Files.createSymbolicLink(blobs.resolve(weights.sha256() + ".tunebook.incomplete"), Path.of("/dev/full"));
        String message = fails(weightsOnly());
        assertEquals("Hub.fetch: the disk is full — model.safetensors, 300000 bytes, in " + blobs + " — free some space, or set HF_HUB_CACHE to a folder on another disk; what had come of"
            + " this file was removed", message);
        assertEquals(List.of(), blobs());
        assertNothingShows();
    }

    @Test
    void aCacheThatCannotBeWrittenIsAClearError() throws Exception {
        Files.writeString(cache, "a file where the cache should be");
        String message = fails(weightsOnly());
        assertTrue(message.startsWith("Hub.fetch: the cache cannot be written — " + cache), message);
        assertTrue(message.contains("set HF_HUB_CACHE (or HF_HOME) to a folder that you may write to"), message);
    }

    /// Root may write everywhere but on a read-only mount, and only root may make one.
    @Test
    void aReadOnlyCacheIsEnoughForWhatItHas() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may mount the read-only disk of this test");
        Files.createDirectory(cache);
        assumeTrue(shell("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", cache.toString()) == 0, "this root may not mount a memory disk");
        try {
            fetch(weightsOnly());
            assertEquals(0, shell("mount", "-o", "remount,ro", cache.toString()));
            assertWeights(fetch(weightsOnly()));
            assertTrue(fails(hub(ToyRepos.MODEL)).startsWith("Hub.fetch: the cache cannot be written — "));
        } finally {
            assertEquals(0, shell("umount", cache.toString()));
        }
    }

    @Test
    void aProxyIsAskedInsteadOfTheHost() throws Exception {
        server.mirror = true; // it does not know its own name here
        URI proxy = URI.create(server.endpoint());
        HubSettings s = HubTest.settings(server, cache, token);
        var behind = new HubSettings(cache, URI.create("http://hub.invalid"), s.token(), false, true, s.patience(), Proxies.read(Map.of("http_proxy", proxy.toString(), "NO_PROXY", "localhost")));
        assertWeights(fetch(weightsOnly().settings(behind)));
        assertTrue(server.seen.stream().filter(seen -> seen.host().equals("hub")).allMatch(seen -> seen.headers().get("Host").equals(List.of("hub.invalid"))));
        assertTrue(server.seen.stream().anyMatch(seen -> seen.host().equals("storage")), "NO_PROXY");
    }

    @Test
    void aProxysPasswordIsSentToTheProxyWhenItAsks() throws Exception {
        server.mirror = true;
        URI proxy = URI.create(server.endpoint().replace("//", "//user:p%40ss@"));
        var behind = new HubSettings(cache, URI.create("http://hub.invalid"), Optional.empty(), false, true, Duration.ofSeconds(5),
            new Proxies(Optional.of(proxy), Optional.empty(), List.of("localhost")));
        server.fail(API + "revision/main", FakeHub.status(407, "Proxy-Authenticate", "Basic realm=\"x\""));
        assertWeights(fetch(weightsOnly().settings(behind)));
        assertEquals("Basic " + java.util.Base64.getEncoder().encodeToString("user:p@ss".getBytes()), server.seen.get(1).headers().get("Proxy-authorization").getFirst());
        assertFalse(behind.toString().contains("p%40ss"), behind.toString());
    }

    private static int shell(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return process.exitValue();
    }
}
