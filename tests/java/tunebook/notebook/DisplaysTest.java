package tunebook.notebook;

import static org.junit.jupiter.api.Assertions.*;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import tunebook.check.Check;
import tunebook.data.ToolCall;
import tunebook.eval.FunctionCallScore;
import tunebook.eval.TextScore;
import tunebook.io.hub.FetchReport;

/// What holds for every display.
class DisplaysTest {
    private static final String HOSTILE = "<script>alert(1)</script> & \"quoted\" 안녕 😀";

    static Stream<Display> displays() {
        var call = new ToolCall("show_map", Map.of("query", HOSTILE));
        var row = new FunctionCallScore.Row(HOSTILE, List.of(call), "<start_function_call>call:other{}<end_function_call>");
        var score = FunctionCallScore.of(List.of(row));
        var texts = new TextScore(Collections.nCopies(6, new TextScore.Row(HOSTILE, HOSTILE + " b", HOSTILE)));
        return Stream.of(
            TextScoreView.of(texts), TextScoreView.of(texts.compareWith(texts)),
            new CurveView(Runs.steps(50), ""), new CurveView(Runs.steps(1), "done"), new CurveView(List.of(), "interrupted"),
            TableView.of(List.of(HOSTILE, "n"), List.of(List.of(HOSTILE, 1.5))),
            new ProgressView(HOSTILE, 3, 10, 2.5, false),
            new DownloadView(new FetchReport(HOSTILE, 1 << 20, 3 << 20, 1, 2, 2.5, 1 << 20), false),
            CallView.of(call), CallView.compare(List.of(call), List.of(new ToolCall("show_map", Map.of("query", "bakery")))),
            ScoreView.of(score), ComparisonView.of(score.compareWith(score)),
            CheckView.of(List.of(Check.ok(HOSTILE), Check.none(HOSTILE), Check.red(HOSTILE, HOSTILE))),
            new MemoryView(HOSTILE, List.of(Map.entry(HOSTILE, 123_456L))),
            new ParameterView(HOSTILE, List.of()),
            new Claim(HOSTILE), new ArrayView(HOSTILE, List.of(List.of(1.5, -2.0, Double.NaN)), HOSTILE), LinePlot.of(HOSTILE).line(HOSTILE, 1, 2).line("b", 2, 3),
            new AttentionView(List.of(HOSTILE, "b"), List.<float[][]>of(new float[][] {{1, 0}, {.5f, .5f}})),
            new TokenProbabilities(List.of(new TokenProbabilities.Choice(HOSTILE, 3, .5))),
            new DecodedBatch(List.of(List.of(new DecodedBatch.Piece(HOSTILE, List.of(7), true, true)))));
    }

    @ParameterizedTest
    @MethodSource("displays")
    void htmlIsWellFormedAndNeedsNeitherScriptNorNetwork(Display display) throws Exception {
        Document page = parse(display.html());
        assertEquals(0, page.getElementsByTagName("script").getLength());
        assertFalse(display.html().matches("(?s).*(https?:|src=|url\\().*"), display.html());
        assertFalse(display.text().isBlank());
    }

    @Test
    void aDownloadTellsFilesBytesSpeedAndTimeLeft() {
        var report = new FetchReport("google/gemma-3-270m-it", 100 << 20, 500 << 20, 3, 9, 4, 80 << 20);
        assertEquals("google/gemma-3-270m-it  3 of 9 files  100.0 MB of 500.0 MB  20.0 MB/s  20 s left", new DownloadView(report, false).text());
        assertEquals("google/gemma-3-270m-it  3 of 9 files  100.0 MB of 500.0 MB  20.0 MB/s  4.0 s", new DownloadView(report, true).text());
        assertEquals("a  0 of 1 files  0 B of 10 B", new DownloadView(new FetchReport("a", 0, 10, 0, 1, 0, 0), false).text());
    }

    @Test
    void hostileTextComesThroughAsText() throws Exception {
        for (Display display : displays().toList())
            if (display.html().contains("alert")) assertTrue(parse(display.html()).getDocumentElement().getTextContent().contains("<script>alert"), display.html());
    }

    @Test
    void coloursAreThePagesOwnOrHalfTransparent() {
        for (Display display : displays().toList()) {
            assertFalse(display.html().matches("(?s).*(background|color):\\s*(white|black|#fff|#000).*"), display.html());
            assertFalse(display.html().matches("(?s).*fill=\"(white|black|#fff|#000)\".*"), display.html());
        }
    }

    private static Document parse(String html) throws Exception {
        String page = "<page>" + html.replace("<details style", "<details a=\"\" style").replace("\" open>", "\" open=\"\">") + "</page>";
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
    }
}
