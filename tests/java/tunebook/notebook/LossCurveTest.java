package tunebook.notebook;

import static org.junit.jupiter.api.Assertions.*;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tunebook.train.History;
import tunebook.train.StepReport;

class LossCurveTest {
    @Test
    void theTextLineSaysStepLossesRateSpeedAndTimeLeft() {
        assertEquals("step 20/200  loss 2.266  eval 2.342  lr 9.95e-05  8,274 tokens/s  1 min 30 s left", new CurveView(Runs.steps(20), "").text());
        assertEquals("step 20/200  loss 2.266  eval 2.342  lr 9.95e-05  8,274 tokens/s  done after 10 s", new CurveView(Runs.steps(20), "done").text());
    }

    @Test
    void aLongRunIsThinnedAndKeepsItsLastStep() {
        List<StepReport> steps = java.util.stream.IntStream.rangeClosed(1, 5_000).mapToObj(n -> {
            StepReport s = Runs.steps(1).getFirst();
            return new StepReport(n, 5_000, n == 5_000 ? 9.75 : 1, 1e-4, 1, 1, 1, 1, 1, 1, 1, 1, 1, s.evalLoss());
        }).toList();
        String html = new CurveView(steps, "").html();
        assertTrue(html.length() < 60_000, html.length() + " characters");
        assertTrue(html.contains("loss 9.750"));
    }

    @Test
    void aFallingLossIsDrawnFromTopLeftToBottomRight() {
        String svg = new Plot("loss", 560, 250, 2, List.of(new Plot.Series("", "red", Plot.Series.Kind.LINE, List.of(new double[] {0, 3}, new double[] {2, 1})))).svg();
        assertTrue(svg.contains("points=\"46.0,22.0 550.0,230.0\""), svg);
    }

    @Test
    void lossesThatAreNotNumbersAreLeftOut() {
        String svg = new Plot("loss", 560, 250, 2, List.of(new Plot.Series("", "red", Plot.Series.Kind.LINE,
            List.of(new double[] {0, Double.NaN}, new double[] {1, 2}, new double[] {2, 1})))).svg();
        assertFalse(svg.contains("NaN"), svg);
    }

    @Test
    void outsideOfAKernelTheRunIsLinesOfText() {
        PrintStream before = System.out;
        var written = new ByteArrayOutputStream();
        System.setOut(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            LossCurve curve = LossCurve.live();
            Runs.steps(50).forEach(curve::onStep);
            curve.onEnd(new History(Runs.steps(50), true));
        } finally {
            System.setOut(before);
        }
        List<String> lines = written.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.getFirst().startsWith("step 1/200"), lines.toString());
        assertTrue(lines.getLast().contains("interrupted after 25 s"), lines.toString());
    }

    @Test
    void ticksAreRoundAndHoldTheValues() {
        Axis axis = Axis.of(0.37, 1.94, 5);
        assertEquals(0, axis.low(), 1e-9);
        assertEquals(2, axis.high(), 1e-9);
        assertEquals(List.of("0", "0.5", "1.0", "1.5", "2.0"), axis.ticks().stream().map(axis::label).toList());
        assertEquals(List.of("0", "5e-05", "1e-04"), Axis.of(0, 1e-4, 3).ticks().stream().map(Axis.of(0, 1e-4, 3)::label).toList());
        assertTrue(Axis.of(2, 2, 5).high() > Axis.of(2, 2, 5).low(), "one value alone has a range too");
    }
}
