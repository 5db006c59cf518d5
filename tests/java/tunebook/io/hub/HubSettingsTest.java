package tunebook.io.hub;

import static org.junit.jupiter.api.Assertions.*;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

class HubSettingsTest {
    @TempDir Path home;
    @TempDir Path folder;

    private HubSettings read(String... variables) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < variables.length; i += 2) environment.put(variables[i], variables[i + 1]);
        return HubSettings.read(environment, home, folder);
    }

    private String fails(String... variables) {
        return assertThrows(TunebookException.class, () -> read(variables)).getMessage();
    }

    private static String sent(HubSettings settings) {
        return settings.token().map(Token::header).orElse("");
    }

    @Test
    void theCacheIsWherePythonHasIt() {
        assertEquals(home.resolve(".cache/huggingface/hub"), read().cache());
        assertEquals(Path.of("/x/huggingface/hub"), read("XDG_CACHE_HOME", "/x").cache());
        assertEquals(Path.of("/h/hub"), read("HF_HOME", "/h", "XDG_CACHE_HOME", "/x").cache());
        assertEquals(Path.of("/old"), read("HUGGINGFACE_HUB_CACHE", "/old", "HF_HOME", "/h").cache());
        assertEquals(Path.of("/c"), read("HF_HUB_CACHE", "/c", "HUGGINGFACE_HUB_CACHE", "/old", "HF_HOME", "/h").cache());
        assertEquals(home.resolve("models"), read("HF_HUB_CACHE", "~/models").cache());
        assertEquals(Path.of("/disk/hf/hub"), read("HF_HUB_CACHE", "$DISK/hf/${SUB}", "DISK", "/disk", "SUB", "hub").cache());
    }

    @Test
    void theEndpointIsTheOfficialHubOrAnotherAddress() {
        assertEquals(URI.create("https://huggingface.co"), read().endpoint());
        assertEquals(URI.create("https://mirror.example:8443/hf"), read("HF_ENDPOINT", "https://mirror.example:8443/hf//").endpoint());
        for (String wrong : new String[] {"mirror.example", "ftp://mirror.example", "http://", "https://a b"})
            assertTrue(fails("HF_ENDPOINT", wrong).startsWith("Hub: HF_ENDPOINT is not the address of a hub — \"" + wrong.replaceFirst("/+$", "") + "\" — write it as https://huggingface.co"), wrong);
        assertFalse(fails("HF_ENDPOINT", "https://user:secret@mirror.example").contains("secret"));
    }

    @Test
    void theTokenComesFromTheEnvironmentThenEnvFileThenTheTokenFile() throws Exception {
        assertEquals("", sent(read()));
        Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(home.resolve(".cache/huggingface/token"), "hf_stored\n");
        assertEquals("Bearer hf_stored", sent(read()));
        Files.writeString(home.resolve("other"), "hf_other");
        assertEquals("Bearer hf_other", sent(read("HF_TOKEN_PATH", "~/other")));
        Files.writeString(folder.resolve(".env"), "# mine\nexport HF_TOKEN='hf_env' # read\n");
        assertEquals("Bearer hf_env", sent(read()));
        assertEquals("Bearer hf_old", sent(read("HUGGING_FACE_HUB_TOKEN", "hf_old")));
        assertEquals("Bearer hf_new", sent(read("HUGGING_FACE_HUB_TOKEN", "hf_old", "HF_TOKEN", " hf_new ")));
        assertEquals("", sent(read("HF_TOKEN", "hf_new", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")));
    }

    @Test
    void aTokenShowsWhereItIsFromAndNeverItself() {
        HubSettings settings = read("HF_TOKEN", "hf_secret");
        assertEquals("Optional[token from HF_TOKEN]", settings.token().toString());
        assertFalse(settings.toString().contains("hf_secret"));
        String broken = fails("HF_TOKEN", "hf_sec\nret");
        assertEquals("Hub: the access token has characters that a token cannot have — HF_TOKEN, 10 characters — copy the token again, without quotes and line breaks", broken);
    }

    @Test
    void anEnvFileIsFoundUpToTheRootOfTheCheckout() throws Exception {
        Path deep = Files.createDirectories(folder.resolve("notebooks/deep"));
        Files.writeString(folder.resolve(".env"), "HF_HUB_OFFLINE=1\n");
        assertEquals(Optional.empty(), EnvFile.near(deep), "no checkout: only the folder itself");
        Files.createDirectory(folder.resolve(".git"));
        assertEquals(Optional.of(folder.resolve(".env")), EnvFile.near(deep));
        Files.createDirectory(deep.resolve(".git"));
        assertEquals(Optional.empty(), EnvFile.near(deep));
    }

    @Test
    void anEnvFileHasQuotesCommentsAndExports() throws Exception {
        Path file = Files.writeString(folder.resolve(".env"), "A=1\n export B = \"two words\" # why\nC='it''s'\n#D=4\nE=a#b  # c\nF=\nnonsense\nG=x=y\n");
        assertEquals(Map.of("A", "1", "B", "two words", "C", "it''s", "E", "a#b", "F", "", "G", "x=y"), EnvFile.read(file));
    }

    @Test
    void anEndpointOfAnEnvFileGetsNoTokenFromElsewhere() throws Exception {
        Files.writeString(folder.resolve(".env"), "HF_ENDPOINT=https://evil.example\n");
        assertEquals(URI.create("https://evil.example"), read("HF_TOKEN", "hf_mine").endpoint());
        assertEquals("", sent(read("HF_TOKEN", "hf_mine")));
        assertEquals("Bearer hf_mine", sent(read("HF_TOKEN", "hf_mine", "HF_ENDPOINT", "https://mine.example")));
        Files.writeString(folder.resolve(".env"), "HF_ENDPOINT=https://company.example\nHF_TOKEN=hf_company\n");
        assertEquals("Bearer hf_company", sent(read("HF_TOKEN", "hf_mine")));
    }

    @Test
    void switchesAreTrueByPythonsWords() {
        for (String yes : new String[] {"1", "true", "YES", "On"}) assertTrue(read("HF_HUB_OFFLINE", yes).offline(), yes);
        for (String no : new String[] {"0", "false", "no", ""}) assertFalse(read("HF_HUB_OFFLINE", no).offline(), no);
        assertTrue(read("TRANSFORMERS_OFFLINE", "1").offline());
        assertFalse(read("HF_HUB_DISABLE_SYMLINKS", "1").symlinks());
        assertEquals(Duration.ofSeconds(25), read("HF_HUB_DOWNLOAD_TIMEOUT", "25").patience());
        assertEquals("Hub: HF_HUB_DOWNLOAD_TIMEOUT is not a number of seconds — \"soon\" — write a whole number, or unset it", fails("HF_HUB_DOWNLOAD_TIMEOUT", "soon"));
    }

    @Test
    void proxiesComeFromTheEnvironmentOnly() throws Exception {
        Files.writeString(folder.resolve(".env"), "HTTPS_PROXY=http://evil.example:1\n");
        assertEquals(Proxies.NONE, read().proxies());
        Proxies proxies = read("https_proxy", "proxy.example:3128", "ALL_PROXY", "http://all.example", "NO_PROXY", "localhost, .intern.example").proxies();
        assertEquals(Optional.of(URI.create("http://proxy.example:3128")), proxies.https());
        assertEquals(Optional.of(URI.create("http://all.example")), proxies.http());
        assertEquals("http all.example:80, https proxy.example:3128, direct [localhost, .intern.example]", proxies.toString());
        String socks = fails("ALL_PROXY", "socks5://user:secret@proxy.example:1080");
        assertEquals("Hub: ALL_PROXY is not the address of an HTTP proxy — proxy.example:1080 — write it as http://host:port; other kinds of proxies are not supported", socks);
    }
}
