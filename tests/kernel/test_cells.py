"""What cells may count on: memory comes back, an interrupt keeps results, printed text arrives, kernels are alone."""

import os
import signal
import time
import unittest
from pathlib import Path

from kernels import READY_SECONDS, OneKernel, kernel
from tunebook_kernel import deaths

ROOT = Path(__file__).resolve().parent.parent.parent
LIVE_MB = """
for (int i = 0; i < 3; i++) { System.gc(); Thread.sleep(50); }
(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20
"""


class MemoryTest(OneKernel):
    def test_running_a_declaration_again_frees_the_old_value(self):
        k = self.k
        k.run("var m = new byte[200_000_000];")
        first = int(k.run(LIVE_MB).value)
        for _ in range(4):
            self.assertTrue(k.run("var m = new byte[200_000_000];").ok)
        again = int(k.run(LIVE_MB).value)
        self.assertGreater(first, 190)
        self.assertLess(again, first + 50)
        self.assertEqual(k.run("m.length").value, "200000000")

    def test_a_shown_value_is_freed_when_the_next_cell_runs(self):
        k = self.k
        before = int(k.run(LIVE_MB).value)
        for _ in range(3):
            k.run("java.nio.ByteBuffer.allocate(200_000_000)")
        self.assertLess(int(k.run(LIVE_MB).value), before + 50)

    def test_a_cell_that_does_not_compile_keeps_the_old_value(self):
        k = self.k
        k.run('var kept = "here";')
        self.assertFalse(k.run("var kept = nothing();").ok)
        self.assertEqual(k.run("kept").value, "here")

    def test_a_new_value_may_be_made_from_a_method_of_an_earlier_cell(self):
        k = self.k
        k.run("var n = 5;\nint next() { return n + 1; }")
        self.assertEqual(k.run("var m = next();\nm").value, "6")

    def test_running_a_cell_that_fills_the_device_again_leaves_no_more_on_it(self):
        k = self.k
        cell = 'var onDevice = Session.open("cpu").put(HostArray.zeros(DType.F32, Shape.of(1_000_000)));\nSession.open("cpu").liveBytes()'
        collect = 'for (int i = 0; i < 5; i++) { System.gc(); Thread.sleep(100); }\nSession.open("cpu").liveBytes()'
        k.run(cell)
        first = int(k.run(collect).value)
        for _ in range(4):
            self.assertTrue(k.run(cell).ok)
        self.assertEqual(int(k.run(collect).value), first)
        self.assertGreaterEqual(first, 4_000_000)

    def test_a_full_heap_names_the_setting_and_leaves_the_kernel_alive(self):
        k = self.k
        full = k.run("var much = new ArrayList<byte[]>();\nwhile (true) much.add(new byte[100_000_000]);")
        self.assertEqual(full.errors[0]["ename"], "OutOfMemoryError")
        self.assertIn("TUNEBOOK_XMX", full.errors[0]["evalue"])
        self.assertTrue(k.run("much = null;").ok)
        self.assertEqual(k.run("1 + 1").value, "2")


class InterruptTest(OneKernel):
    def setUp(self):
        self.k.run("1 + 1")  # what is interrupted must have begun: the first cell of a kernel begins late on a busy machine

    def test_code_that_listens_returns_what_it_has(self):
        k = self.k
        cell = k.start("long n = 0;\nwhile (!Thread.currentThread().isInterrupted()) n++;")
        time.sleep(2)
        k.manager.interrupt_kernel()
        self.assertTrue(k.wait(cell).ok)
        self.assertGreater(int(k.run("n").value), 1000)

    def test_what_a_cell_shows_while_it_stops_arrives(self):
        k = self.k
        for delay in (0.5, 0.6, 0.7, 0.8):
            cell = k.start("""
                {
                    var id = display("0");
                    for (int i = 0; !Thread.currentThread().isInterrupted(); i++) { updateDisplay(id, i); java.util.concurrent.locks.LockSupport.parkNanos(200_000); }
                    System.out.println("stopping");
                    display("kept");
                }""")
            time.sleep(delay)
            k.manager.interrupt_kernel()
            answer = k.wait(cell)
            self.assertEqual(answer.text, "stopping\n", answer.errors)
            self.assertEqual(answer.displays[-1]["data"]["text/plain"], "kept")

    def test_the_statements_after_an_interrupted_one_do_not_run(self):
        k = self.k
        cell = k.start('while (!Thread.currentThread().isInterrupted()) { }\nSystem.out.println("after");')
        time.sleep(2)
        k.manager.interrupt_kernel()
        answer = k.wait(cell)
        self.assertEqual(answer.errors[0]["ename"], "Interrupted")
        self.assertNotIn("after", answer.text)

    def test_a_sleeping_cell_ends_at_once(self):
        k = self.k
        cell = k.start("Thread.sleep(100_000);")
        time.sleep(2)
        k.manager.interrupt_kernel()
        self.assertEqual(k.wait(cell).errors[0]["ename"], "Interrupted")
        self.assertEqual(k.run("1 + 1").value, "2")

    def test_code_that_never_listens_is_left_behind_at_the_second_interrupt(self):
        k = self.k
        cell = k.start("while (true) { }")
        time.sleep(2)
        k.manager.interrupt_kernel()
        time.sleep(0.5)
        k.manager.interrupt_kernel()
        self.assertEqual(k.wait(cell).errors[0]["ename"], "Interrupted")
        self.assertEqual(k.run("1 + 1").value, "2")


class RunAllTest(OneKernel):
    """Front ends send all cells at once."""

    def statuses(self, *cells: str, interrupt_after: float = 0, **options) -> list[str]:
        sent = [self.k.client.execute(cell, **options) for cell in cells]
        if interrupt_after:
            time.sleep(interrupt_after)
            self.k.manager.interrupt_kernel()
        return [self.k.wait(cell).reply["content"]["status"] for cell in sent]

    def test_the_cells_behind_a_failed_one_do_not_run(self):
        self.assertEqual(self.statuses("int a = 1;", "throw new IllegalStateException();", "a = 2;", "a = 3;"), ["ok", "error", "aborted", "aborted"])
        self.assertEqual(self.k.run("a").value, "1")

    def test_they_run_where_the_front_end_says_so(self):
        self.assertEqual(self.statuses("throw new IllegalStateException();", "int b = 2;", stop_on_error=False), ["error", "ok"])

    def test_the_cells_behind_an_interrupted_one_do_not_run(self):
        self.assertEqual(self.statuses("while (!Thread.currentThread().isInterrupted()) { }", "int c = 2;", interrupt_after=2), ["ok", "aborted"])
        self.assertEqual(self.k.run("1 + 1").value, "2")

    def test_other_requests_behind_a_failed_cell_are_answered(self):
        self.k.client.execute("Thread.sleep(500); throw new IllegalStateException();")
        self.assertEqual(self.k.client.complete("Math.cb", 7, reply=True, timeout=30)["content"]["matches"], ["cbrt("])


class TextTest(OneKernel):
    def test_many_lines_arrive_in_order_and_in_few_messages(self):
        k = self.k
        answer = k.run('for (int i = 0; i < 20_000; i++) System.out.println(i);\nSystem.err.println("end");')
        self.assertEqual(answer.text.split(), [str(i) for i in range(20_000)] + ["end"])
        self.assertLess(answer.messages, 200)

    def test_printf_at_the_end_of_a_cell_shows_its_text_and_no_value(self):
        answer = self.k.run('System.out.printf("%d of %d%n", 1, 2);')
        self.assertEqual((answer.text, answer.results), ("1 of 2\n", []))

    def test_an_error_says_what_was_thrown_and_where(self):
        k = self.k
        k.run("int half(int n) { if (n % 2 == 1) throw new IllegalStateException(\"odd\"); return n / 2; }")
        error = k.run("half(3)").errors[0]
        self.assertEqual((error["ename"], error["evalue"]), ("IllegalStateException", "odd"))
        shown = "\n".join(error["traceback"])
        self.assertIn("half", shown)
        self.assertNotIn("jdk.internal", shown)

    def test_a_library_error_is_its_sentence_alone(self):
        k = self.k
        error = k.run("new Example(new int[2], new boolean[1])").errors[0]
        self.assertEqual(error["ename"], "TunebookException")
        self.assertEqual(len(error["traceback"]), 1)
        self.assertIn("give one flag for each token", error["traceback"][0])

    def test_a_compile_error_says_what_the_compiler_says(self):
        k = self.k
        error = k.run("int n = \"text\";").errors[0]
        self.assertEqual(error["ename"], "CompilationError")
        self.assertIn("incompatible types", error["evalue"])

    def test_input_is_asked_for_and_read(self):
        k = self.k
        cell = k.client.execute("var line = new BufferedReader(new InputStreamReader(System.in)).readLine();\nline", allow_stdin=True)
        request = k.client.get_stdin_msg(timeout=30)
        self.assertEqual(request["msg_type"], "input_request")
        k.client.input("typed\n")
        self.assertEqual(k.wait(cell).value, "typed")


class HelpTest(OneKernel):
    def inspect(self, code: str) -> str:
        return self.k.client.inspect(code, len(code), reply=True, timeout=30)["content"]["data"]["text/plain"]

    def test_a_method_of_the_library_shows_its_documentation(self):
        shown = self.inspect("HostArray.zeros(")
        self.assertIn("zeros(DType dtype, Shape shape)", shown)
        self.assertIn((ROOT / "lib/java/tunebook/tensor/HostArray.java").read_text().split("HostArray zeros(")[0].rsplit("/// ", 1)[1].splitlines()[0], shown)

    def test_names_of_the_library_are_completed(self):
        code = "new TrainConfig().learn"
        matches = self.k.client.complete(code, len(code), reply=True, timeout=30)["content"]["matches"]
        self.assertIn("learningRate(", matches)


class TwoKernelsTest(unittest.TestCase):
    def test_two_kernels_do_not_see_each_other(self):
        with kernel() as one, kernel() as two:
            one.run("var name = \"one\";")
            two.run("var name = \"two\";")
            self.assertEqual((one.run("name").value, two.run("name").value), ("one", "two"))


class DeathTest(unittest.TestCase):
    """The kernel after one that died says so, once, and names the settings that hold memory down."""

    def said_after(self, transport: str, end) -> str:
        with kernel(transport) as k:
            pid = int(k.run("ProcessHandle.current().pid()").value)
            end(k, pid)
            k.manager.restart_kernel(now=True)
            k.client.wait_for_ready(timeout=READY_SECONDS)
            first, second = k.run("1 + 1"), k.run("2 + 2")
            self.assertEqual((first.value, second.text), ("2", ""))
            return first.text

    def test_after_a_kill_the_settings_are_named(self):
        for transport in ("tcp", "ipc"):
            with self.subTest(transport=transport):
                said = self.said_after(transport, lambda k, pid: os.kill(pid, signal.SIGKILL))
                for word in ("ended without a word", "TUNEBOOK_XMX", "batchTokens", "checkpointLayers"):
                    self.assertIn(word, said)

    def test_after_a_restart_as_it_should_be_nothing_is_said(self):
        def shut_down(k, pid):
            k.manager.shutdown_kernel(restart=True)

        self.assertEqual(self.said_after("tcp", shut_down), "")

    def test_a_kill_that_the_system_counted_is_called_by_its_name(self):
        self.assertIn("memory ran out, and the system killed a process", deaths.words(True))
        self.assertNotIn("and the system killed", deaths.words(False))


if __name__ == "__main__":
    unittest.main()
