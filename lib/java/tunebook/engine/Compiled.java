package tunebook.engine;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import tunebook.engine.pjrt.ResultType;
import tunebook.graph.Program;
import tunebook.graph.Program.Slot;
import tunebook.tensor.TunebookException;

/// A program that is compiled and loaded on a session's device. Whoever compiled it closes it; programs of the same text share one
/// native executable, which goes with the last of them.
public final class Compiled implements AutoCloseable {
    private final Session session;
    private final Program program;
    private final SharedExecutable executable;
    private final boolean donates;
    private boolean closed;

    Compiled(Session session, Program program, SharedExecutable executable) {
        this.session = session;
        this.program = program;
        this.executable = executable;
        this.donates = program.inputs().stream().anyMatch(Slot::donated);
        checkResults(executable.get().results());
    }

    private void checkResults(List<ResultType> found) {
        var stated = program.outputs().stream().map(s -> new ResultType(s.dtype(), s.shape())).toList();
        if (!stated.equals(found))
            throw TunebookException.of("Session.compile", "the text of program " + program.name() + " returns something else than its outputs say",
                "text " + found + ", outputs " + stated, "make Program.outputs the results of @main");
    }

    public Program program() {
        return program;
    }

    /// Runs the program. It returns when the work is queued; what reads the results waits for it, and throws if it failed on the device.
    ///
    /// @param inputs as `program().inputs()`, in order. Donated ones are closed after success
    /// @return as `program().outputs()`, in order; the caller closes them
    /// @throws TunebookException if an input has another element type or shape, is closed, or is donated and given twice; or if the device
    ///     is full, with the live buffers by owner. The inputs are then as they were. The CPU plug-in notices a full memory only while it
    ///     works: there the error comes from the results, and what was donated is lost
    public List<Buffer> run(List<Buffer> inputs) {
        return run(inputs, program.name());
    }

    /// The same, with the results counted for `owner`.
    public synchronized List<Buffer> run(List<Buffer> inputs, String owner) {
        checkOpen("Compiled.run");
        var device = check(inputs);
        List<tunebook.engine.pjrt.Buffer> results = session.retrying(() -> executable.get().execute(device, owner), () -> nothingTaken(inputs));
        closeDonated(inputs);
        var out = new ArrayList<Buffer>(results.size());
        for (var r : results) out.add(new Buffer(session, r));
        return out;
    }

    private void checkOpen(String operation) {
        if (closed) throw TunebookException.of(operation, "program " + program.name() + " is closed", "use after close", "compile it again");
    }

    private List<tunebook.engine.pjrt.Buffer> check(List<Buffer> inputs) {
        List<Slot> slots = program.inputs();
        if (inputs.size() != slots.size())
            throw TunebookException.of("Compiled.run", "program " + program.name() + " takes " + slots.size() + " inputs", inputs.size() + " given",
                "give one buffer for each of program().inputs()");
        var device = new ArrayList<tunebook.engine.pjrt.Buffer>(slots.size());
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            Buffer given = inputs.get(i);
            if (given.dtype() != slot.dtype() || !given.shape().equals(slot.shape())) throw misfit(i, slot, given);
            if (given.isClosed()) throw closedInput(slot, given);
            device.add(given.device());
        }
        if (donates) checkDonatedOnce(inputs);
        return device;
    }

    /// The device would take the memory away from under the second use.
    private void checkDonatedOnce(List<Buffer> inputs) {
        var first = new IdentityHashMap<Buffer, Integer>(2 * inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            Integer before = first.putIfAbsent(inputs.get(i), i);
            if (before == null) continue;
            Slot a = program.inputs().get(before);
            Slot b = program.inputs().get(i);
            if (a.donated() || b.donated())
                throw TunebookException.of("Compiled.run", "input \"" + (a.donated() ? a : b).name() + "\" of program " + program.name()
                    + " is donated and given again as \"" + (a.donated() ? b : a).name() + "\"", inputs.get(i).toString(), "give a buffer of its own for each");
        }
    }

    private TunebookException misfit(int i, Slot slot, Buffer given) {
        return TunebookException.of("Compiled.run", "input " + i + " \"" + slot.name() + "\" of program " + program.name() + " is "
            + slot.dtype() + slot.shape(), "given " + given.dtype() + given.shape() + " of " + given.owner(), "pass the inputs in the program's order");
    }

    private TunebookException closedInput(Slot slot, Buffer given) {
        return TunebookException.of("Compiled.run", "input \"" + slot.name() + "\" of program " + program.name() + " is closed",
            given + " was closed, or donated to a program that ran", "pass what the program returned for it");
    }

    /// Whether the inputs are whole after a run that failed: a device may have taken donated memory before it noticed that it is full.
    private boolean nothingTaken(List<Buffer> inputs) {
        for (int i = 0; i < inputs.size(); i++) if (program.inputs().get(i).donated() && inputs.get(i).device().isTaken()) return false;
        return true;
    }

    private void closeDonated(List<Buffer> inputs) {
        for (int i = 0; i < inputs.size(); i++) if (program.inputs().get(i).donated()) inputs.get(i).close();
    }

    /// What the compiler says the program needs on the device.
    ///
    /// @throws TunebookException if the plug-in does not say, or after close
    public synchronized MemoryStats memoryStats() {
        checkOpen("Compiled.memoryStats");
        return executable.get().memory().map(MemoryStats::of).orElseThrow(() ->
            TunebookException.of("Compiled.memoryStats", "the plug-in does not say", session.describe(), "use a newer plug-in"));
    }

    /// Lets go of the program. A second call does nothing.
    @Override
    public synchronized void close() {
        if (!closed) executable.release();
        closed = true;
    }
}
