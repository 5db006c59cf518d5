package tunebook.silent;

import static tunebook.silent.Mistake.error;
import static tunebook.silent.Mistake.warning;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tunebook.data.ChatData;
import tunebook.tensor.Seed;

/// With files of rows, and with which rows are trained and tested on.
final class RowMistakes {
    private static final String KOREAN = "{\"prompt\": \"안녕하세요\", \"completion\": \"네\"}\n";

    private RowMistakes() {}

    static List<Mistake> all() {
        return List.of(
            error("utf16-file", "a data file saved as UTF-16", "UTF-16, little-endian", f -> read(f, ("\ufeff" + KOREAN).getBytes(StandardCharsets.UTF_16LE))),
            error("euc-kr-file", "a data file saved as EUC-KR", "EUC-KR (Korean", f -> read(f, KOREAN.getBytes(Charset.forName("EUC-KR")))),
            error("packed-file", "a data file that is still packed", "it looks like a gzip file", f -> read(f, new byte[] {0x1f, (byte) 0x8b, 8, 0})),
            error("empty-file", "a data file without a row", "the file has no row", f -> read(f, "\n")),
            warning("broken-lines", "some lines are no rows", "1 bad lines left out", f -> read(f, KOREAN + "{\"prompt\": \"a\", \"comp\n")),
            error("fields-of-another-name", "rows whose fields have other names", "neither messages nor prompt and completion", f -> read(f, "{\"question\": \"a\", \"answer\": \"b\"}\n")),
            error("split-of-another-name", "choosing rows by metadata that no row has", "no row has this metadata", f -> {
                read(f, "{\"metadata\": \"eval\", \"prompt\": \"a\", \"completion\": \"b\"}\n").where("test");
            }),
            error("split-into-nothing", "a split that leaves nothing to test on", "one part would be empty", _ -> Toys.chats(0, 3).split(0.95, Seed.of(1))),
            warning("duplicate-rows", "the same rows several times", "examples to train on that repeat an earlier one", _ -> Toys.adapter(m -> {
                List<tunebook.data.Row> twice = new java.util.ArrayList<>(Toys.chats(0, 4).rows());
                twice.addAll(twice);
                Toys.begin(m, ChatData.of(twice, "chats"), Toys.chats(10, 14));
            })),
            warning("eval-overlaps", "testing on rows that are trained on", "test examples that are trained on", _ -> Toys.adapter(m -> Toys.begin(m, Toys.chats(0, 8), Toys.chats(6, 12)))),
            warning("eval-prompt-overlaps", "testing on prompts that are trained on, with another answer", "test examples whose prompt is trained on", _ -> Toys.adapter(m -> Toys.begin(m,
                Toys.chats(0, 8), ChatData.of(List.of(Toys.chat("say 3", "good"), Toys.chat("say 9", "good")), "other chats")))));
    }

    private static ChatData read(Path folder, String text) throws IOException {
        return read(folder, text.getBytes(StandardCharsets.UTF_8));
    }

    private static ChatData read(Path folder, byte[] bytes) throws IOException {
        return ChatData.read(Files.write(folder.resolve("rows.jsonl"), bytes));
    }
}
