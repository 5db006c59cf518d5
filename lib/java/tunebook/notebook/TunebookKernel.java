package tunebook.notebook;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import jdk.jshell.JShell;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.HelpLink;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.dflib.jjava.jupyter.messages.Header;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.MessageType;
import org.dflib.jjava.jupyter.messages.publish.PublishClearOutput;
import org.dflib.jjava.jupyter.messages.publish.PublishExecuteInput;
import org.dflib.jjava.jupyter.messages.request.ExecuteRequest;
import org.dflib.jjava.jupyter.messages.request.HistoryRequest;
import org.dflib.jjava.jupyter.messages.request.KernelInfoRequest;
import org.dflib.jjava.kernel.JavaKernel;
import org.dflib.jjava.kernel.JavaKernelBuilder;
import org.dflib.jjava.kernel.magics.ClasspathMagic;
import org.dflib.jjava.kernel.magics.LoadMagic;
import org.dflib.jjava.kernel.magics.TimeMagic;
import org.dflib.jjava.maven.MavenDependencyResolver;
import org.dflib.jjava.maven.magics.MavenMagic;
import tunebook.io.Build;

/// The Java kernel: JJava's, with cells that do not leak when they are run again ([CellExecution]), an interrupt that
/// lets code return what it has ([CellThread]), errors that show what was thrown, and the protocol's missing parts.
public final class TunebookKernel extends JavaKernel {
    private static final String NAME = "tunebook";
    /// A file that the launcher made and that lies there while this kernel runs: see `kernel/tunebook_kernel/deaths.py`.
    private static final String MARK = "TUNEBOOK_MARK";
    /// What the launcher says of a kernel before this one that left its mark.
    private static final String BEFORE = "TUNEBOOK_BEFORE";

    private final CellHistory history = new CellHistory();
    private final CellEvaluator evaluator;
    private final KernelConnection connection;
    private final Thread starting = new Thread(this::install, "startup");
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private volatile Optional<Throwable> startFailure = Optional.empty();
    private final AtomicReference<String> before = new AtomicReference<>(System.getenv(BEFORE));
    private volatile Optional<CellReplies> replies = Optional.empty();
    private volatile boolean mayAsk;

    private TunebookKernel(Builder parts, CellEvaluator evaluator, JShell shell, KernelConnection connection) {
        super(NAME, Build.version(), parts.language(), List.of(), parts.history(), parts.io(), parts.comms(), parts.renderer(),
            parts.magics(), parts.magicsRegistry(), true, parts.styler(), shell, evaluator);
        this.evaluator = evaluator;
        this.connection = connection;
    }

    /// Starts the kernel for one Jupyter connection file and returns when the client has shut it down.
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        if (arguments.length != 1) {
            System.err.println("TunebookKernel: the one argument is Jupyter's connection file");
            System.exit(2);
        }
        Logger.getLogger("").setLevel(Level.WARNING);
        endWithParent();
        Optional.ofNullable(System.getenv(MARK)).ifPresent(mark -> Runtime.getRuntime().addShutdownHook(new Thread(() -> new File(mark).delete())));
        var connection = new KernelConnection(KernelConnectionProperties.parse(Files.readString(Path.of(arguments[0]))));
        TunebookKernel kernel = new Builder(connection).build();
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
        kernel.started.thenRun(connection::tellIdle);
        kernel.onStartup();
        connection.waitUntilClose();
        System.exit(0);
    }

    /// The kernel of this JVM; empty outside of a notebook.
    static Optional<TunebookKernel> current() {
        return Optional.ofNullable((TunebookKernel) notebookKernel);
    }

    void clearOutput(boolean beforeNext) {
        replies.ifPresent(r -> r.publish(beforeNext ? PublishClearOutput.BEFORE_NEXT_OUTPUT : PublishClearOutput.NOW));
    }

    /// What the user types unseen; empty where the front end lets no cell ask.
    String askUnseen(String question) {
        return replies.filter(r -> mayAsk).map(r -> r.readFromStdIn(question, true)).orElse("");
    }

    /// A server that was killed cannot shut its kernels down.
    private static void endWithParent() {
        Optional.ofNullable(System.getenv("JPY_PARENT_PID")).map(Long::valueOf).flatMap(ProcessHandle::of)
            .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(0)));
    }

    /// Imports take a second: they are made while the client is being answered, and whatever needs them waits.
    @Override
    public void onStartup() {
        installNotebookKernel();
        starting.start();
    }

    private void install() {
        try {
            installDefaultExtensions();
        } catch (RuntimeException | Error e) {
            startFailure = Optional.of(e);
        }
        started.complete(null);
    }

    private void awaitStart() {
        if (Thread.currentThread() == starting || evaluator.isCellThread()) return;
        started.join();
        startFailure.ifPresent(e -> System.err.println("Not all imports and displays are there: " + e));
        startFailure = Optional.empty();
    }

    @Override
    public ReplacementOptions complete(String code, int at) {
        awaitStart();
        return super.complete(code, at);
    }

    @Override
    public String isComplete(String code) {
        awaitStart();
        return super.isComplete(code);
    }

    /// An error of the machinery (the heap is full while compiling, say) must not end the thread that serves requests.
    @Override
    protected Object doEval(String source) {
        awaitStart();
        if (Thread.currentThread() != starting) Optional.ofNullable(before.getAndSet(null)).ifPresent(System.err::println);
        try {
            return super.doEval(source);
        } catch (Error e) {
            throw new CellFailure(e);
        }
    }

    @Override
    protected List<String> formatError(Throwable error) {
        ErrorText text = ErrorText.of(error, super.formatError(error), getJShell());
        replies.ifPresent(r -> r.explain(text));
        return text.lines();
    }

    @Override
    protected synchronized void handleExecuteRequest(ShellReplyEnvironment env, Message<ExecuteRequest> request) {
        Optional<HelpCell> asked = HelpCell.of(request.getContent().getCode());
        if (asked.isPresent()) {
            page(env, request.getContent().getCode(), asked.get());
            return;
        }
        CellReplies cell = (CellReplies) env;
        replies = Optional.of(cell);
        mayAsk = request.getContent().isStdinEnabled();
        super.handleExecuteRequest(env, request);
        replies = Optional.empty();
        history.add(request.getContent().getCode(), "");
        if (cell.failed() && request.getContent().shouldStopOnError() || evaluator.wasInterrupted()) stopQueue(cell);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // JJava's own reply has no pages
    private void page(ShellReplyEnvironment env, String code, HelpCell asked) {
        int count = executionCount.getAndIncrement();
        env.setBusyDeferIdle();
        env.publish(new PublishExecuteInput(code, count));
        Optional<DisplayData> found = asked.places().stream().map(place -> inspect(place, place.length(), false)).filter(Objects::nonNull).findFirst();
        env.defer().reply(new Message(env.getContext(), MessageType.EXECUTE_REPLY, asked.reply(count, found)));
    }

    /// "Run All" sends all cells at once: those behind one that failed or was interrupted do not run. They are taken before this one's reply
    /// goes out, so that none is among them that was sent in answer to it.
    private void stopQueue(CellReplies cell) {
        var waiting = connection.waiting();
        cell.resolveDeferrals();
        connection.serveWithoutCells(waiting);
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // JJava's own reply lacks `status` and writes entries as objects
    protected void handleHistoryRequest(ShellReplyEnvironment env, Message<HistoryRequest> request) {
        env.setBusyDeferIdle();
        env.reply(new Message(env.getContext(), MessageType.HISTORY_REPLY, history.reply(request.getContent())));
    }

    @Override
    public DisplayData inspect(String code, int at, boolean extraDetail) {
        if (code.isEmpty()) return null;
        awaitStart();
        DisplayData found = super.inspect(code, Math.clamp(at, 0, code.length() - 1), extraDetail);
        if (found != null) keepLines(found);
        return found;
    }

    /// The library's documentation is Markdown, whose lines are kept; the JDK's is HTML, and stays so.
    private static void keepLines(DisplayData documentation) {
        String text = String.valueOf(documentation.getData(MIMEType.TEXT_PLAIN));
        if (!text.contains("<p>") && !text.contains("{@")) documentation.putHTML("<pre style=\"white-space:pre-wrap\">" + Html.escape(text) + "</pre>");
    }

    @Override
    protected void handleKernelInfoRequest(ShellReplyEnvironment env, Message<KernelInfoRequest> request) {
        env.setBusyDeferIdle();
        env.reply(new KernelInfo(Header.PROTOCOL_VERISON, NAME, Build.version(), getLanguageInfo(), getBanner(), getHelpLinks()));
    }

    /// The reply that the protocol asks for: JJava's lacks `status`.
    private static final class KernelInfo extends org.dflib.jjava.jupyter.messages.reply.KernelInfoReply {
        @SuppressWarnings("unused") // written to JSON
        private final String status = "ok";

        KernelInfo(String protocol, String name, String version, LanguageInfo language, String banner, List<HelpLink> links) {
            super(protocol, name, version, language, banner, links);
        }
    }

    /// Puts the kernel together; JJava's builder knows the parts, and keeps them to its subclasses.
    private static final class Builder extends JavaKernelBuilder<Builder, TunebookKernel> {
        private final KernelConnection connection;

        Builder(KernelConnection connection) {
            this.connection = connection;
        }

        @Override
        public TunebookKernel build() {
            lineMagic("load", new LoadMagic());
            lineMagic("classpath", new ClasspathMagic());
            lineMagic("maven", new MavenMagic(new MavenDependencyResolver()));
            lineMagic("pip", (JavaKernel kernel, List<String> arguments) -> FirstCell.pip(kernel, arguments));
            lineMagic("run", (JavaKernel kernel, List<String> arguments) -> FirstCell.run(kernel, arguments));
            TimeMagic time = new TimeMagic();
            lineMagic("time", time);
            cellMagic("time", time);
            CellEvaluator evaluator = new CellEvaluator(NAME);
            JShell shell = buildJShell(evaluator);
            ApiDocs.add(shell);
            return new TunebookKernel(this, evaluator, shell, connection);
        }

        LanguageInfo language() {
            return buildLanguageInfo();
        }

        org.dflib.jjava.jupyter.kernel.history.HistoryManager history() {
            return buildHistoryManager();
        }

        org.dflib.jjava.jupyter.kernel.JupyterIO io() {
            return buildJupyterIO(buildJupyterIOEncoding());
        }

        org.dflib.jjava.jupyter.kernel.comm.CommManager comms() {
            return buildCommManager();
        }

        org.dflib.jjava.jupyter.kernel.display.Renderer renderer() {
            return new CarefulRenderer();
        }

        org.dflib.jjava.jupyter.kernel.magic.MagicsResolver magics() {
            return buildMagicsResolver(buildMagicTranspiler());
        }

        org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry magicsRegistry() {
            return buildMagicsRegistry();
        }

        org.dflib.jjava.jupyter.kernel.util.StringStyler styler() {
            return buildErrorStyler();
        }
    }
}
