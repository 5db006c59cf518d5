package tunebook.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tunebook.TinyGemma;
import tunebook.engine.Session;
import tunebook.gemma.Gemma3;
import tunebook.nn.Compute;

class MachineReportTest {
    @Test
    void twoStepsGiveTheStoredLosses() throws Exception {
        var report = new MachineReport();
        assertTrue(report.machine().size() > 5);
        List<Check> steps = report.tinySteps();
        assertEquals(List.of(Check.Level.OK), steps.stream().map(Check::level).toList(), steps.toString());
        JsonNode facts = new ObjectMapper().readTree(report.json());
        assertTrue(facts.get("tiny_steps").get("relative_difference").doubleValue() < 1e-4, facts.toString());
        assertTrue(facts.get("device").textValue().startsWith("cpu: "), facts.toString());
        assertFalse(report.json().contains(Path.of("").toAbsolutePath().toString()), report.json());
    }

    @Test
    void aDeviceWithoutBf16ComputesInF32() {
        Session session = Session.open("cpu").useBf16(false);
        try (Gemma3 model = Gemma3.load(TinyGemma.FOLDER, session)) {
            assertFalse(session.hasBf16());
            assertEquals(Compute.F32, model.compute());
        } finally {
            session.useBf16(true);
        }
    }

    @Test
    void foldersAreLeftOut() {
        assertEquals("disk: 5 MB free in here", Check.ok("disk: 5 MB free in /some/where/here").withoutPaths().what());
        assertEquals("Java 25 (jdk)", Check.ok("Java 25 (/usr/lib/jdk)").withoutPaths().what());
    }
}
