package tunebook.io.hub;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tunebook.io.TextFiles;
import tunebook.tensor.TunebookException;

/// Where the hub and the cache are, and who asks: what `huggingface_hub` reads from the environment, read the same way.
///
/// `HF_HOME`, `HF_HUB_CACHE` (and the older `HUGGINGFACE_HUB_CACHE`), `XDG_CACHE_HOME`; `HF_TOKEN` (and `HUGGING_FACE_HUB_TOKEN`), `HF_TOKEN_PATH`, the token
/// file that `hf auth login` writes, `HF_HUB_DISABLE_IMPLICIT_TOKEN`; `HF_ENDPOINT`; `HF_HUB_OFFLINE` (and `TRANSFORMERS_OFFLINE`); `HF_HUB_DOWNLOAD_TIMEOUT`;
/// `HF_HUB_DISABLE_SYMLINKS`; `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`. What the environment does not set is looked for in `.env`, the proxies
/// excepted. An endpoint that only `.env` names gets no token but one from `.env`: a folder that somebody else made shall not lead a token away.
///
/// @param cache    the folder of all repositories
/// @param endpoint the hub's address, without a slash at the end
/// @param token    sent to the endpoint's own host and to no other
/// @param offline  whether only the cache is used
/// @param symlinks whether the cache may use symbolic links
/// @param patience how long a server may bring nothing before the connection is given up
/// @param proxies  how hosts are reached
public record HubSettings(Path cache, URI endpoint, Optional<Token> token, boolean offline, boolean symlinks, Duration patience, Proxies proxies) {
    private static final String OFFICIAL = "https://huggingface.co";
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
    private static final int PATIENCE = 10;

    /// What this process's environment and the `.env` of its folder say.
    ///
    /// @throws TunebookException if a variable cannot be what it should
    public static HubSettings ofEnvironment() {
        return read(System.getenv(), Path.of(System.getProperty("user.home")), Path.of(""));
    }

    /// Where this process's environment has the token that a login keeps.
    static Path tokenFile() {
        return variables(System.getenv(), Path.of(System.getProperty("user.home")), Path.of("")).tokenFile();
    }

    private static Variables variables(Map<String, String> environment, Path home, Path folder) {
        Optional<Path> file = EnvFile.near(folder);
        return new Variables(environment, file.map(EnvFile::read).orElse(Map.of()), file, home);
    }

    static HubSettings read(Map<String, String> environment, Path home, Path folder) {
        Variables variables = variables(environment, home, folder);
        return new HubSettings(variables.cache(), variables.endpoint(), variables.token(), variables.isTrue("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"),
            !variables.isTrue("HF_HUB_DISABLE_SYMLINKS"), variables.patience(), Proxies.read(environment));
    }

    public HubSettings cache(Path folder) {
        return new HubSettings(folder, endpoint, token, offline, symlinks, patience, proxies);
    }

    public HubSettings offline(boolean only) {
        return new HubSettings(cache, endpoint, token, only, symlinks, patience, proxies);
    }

    /// The environment, with `.env` behind it.
    private record Variables(Map<String, String> environment, Map<String, String> envFile, Optional<Path> file, Path home) {
        Optional<String> get(String... names) {
            for (Map<String, String> source : List.of(environment, envFile))
                for (String name : names)
                    if (!source.getOrDefault(name, "").isBlank()) return Optional.of(source.get(name).strip());
            return Optional.empty();
        }

        Path hubHome() {
            Path caches = get("XDG_CACHE_HOME").map(this::path).orElse(home.resolve(".cache"));
            return get("HF_HOME").map(this::path).orElse(caches.resolve("huggingface"));
        }

        Path tokenFile() {
            return get("HF_TOKEN_PATH").map(this::path).orElse(hubHome().resolve("token"));
        }

        Path cache() {
            return get("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").map(this::path).orElse(hubHome().resolve("hub")).toAbsolutePath();
        }

        URI endpoint() {
            String text = get("HF_ENDPOINT").orElse(OFFICIAL).replaceFirst("/+$", "");
            try {
                URI uri = new URI(text);
                if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme()) && uri.getRawUserInfo() == null) return uri;
            } catch (java.net.URISyntaxException e) {
                // said below
            }
            throw TunebookException.of("Hub", "HF_ENDPOINT is not the address of a hub", "\"" + text.replaceFirst("//.*@", "//") + "\"",
                "write it as " + OFFICIAL + ", or unset it");
        }

        Optional<Token> token() {
            if (isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN")) return Optional.empty();
            boolean endpointOfFile = !environment.containsKey("HF_ENDPOINT") && envFile.containsKey("HF_ENDPOINT");
            if (!endpointOfFile)
                for (String name : List.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")) {
                    Optional<Token> token = Token.of(environment.getOrDefault(name, ""), name);
                    if (token.isPresent()) return token;
                }
            Optional<Token> ofFile = Token.of(envFile.getOrDefault("HF_TOKEN", ""), "HF_TOKEN in " + file.map(Path::toString).orElse(""));
            if (ofFile.isPresent() || endpointOfFile) return ofFile;
            Path stored = tokenFile();
            return Files.isRegularFile(stored) ? Token.of(TextFiles.read(stored), stored.toString()) : Optional.empty();
        }

        Duration patience() {
            String text = get("HF_HUB_DOWNLOAD_TIMEOUT").orElse(String.valueOf(PATIENCE));
            if (!text.matches("[1-9]\\d{0,5}"))
                throw TunebookException.of("Hub", "HF_HUB_DOWNLOAD_TIMEOUT is not a number of seconds", "\"" + text + "\"", "write a whole number, or unset it");
            return Duration.ofSeconds(Long.parseLong(text));
        }

        boolean isTrue(String... names) {
            return get(names).map(v -> List.of("1", "ON", "YES", "TRUE").contains(v.toUpperCase(java.util.Locale.ROOT))).orElse(false);
        }

        /// `~` and `$NAME` stand for the home folder and for variables, as a shell has it.
        private Path path(String text) {
            Matcher variable = VARIABLE.matcher(text);
            String expanded = variable.replaceAll(m -> Matcher.quoteReplacement(environment.getOrDefault(m.group(1) == null ? m.group(2) : m.group(1), m.group())));
            return expanded.equals("~") ? home : expanded.startsWith("~/") ? home.resolve(expanded.substring(2)) : Path.of(expanded);
        }
    }
}
