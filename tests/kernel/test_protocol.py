"""The protocol, by Jupyter's own test of kernels."""

import unittest

import jupyter_kernel_test

from kernels import Kernel, kernel


class ProtocolTest(jupyter_kernel_test.KernelTests):
    transport = "tcp"
    kernel_name = "tunebook"
    language_name = "Java"
    file_extension = ".jshell"
    code_hello_world = 'System.out.println("hello, world");'
    code_stderr = 'System.err.println("careful");'
    code_generate_error = "int[] none = {}; none[1]"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"a".repeat(3)', "result": "aaa"},
        {"code": "Shape.of(2, 3)", "result": "[2, 3]"},
    ]
    code_display_data = [{"code": 'display("<b>x</b>", "text/html");', "mime": "text/plain"}]
    code_inspect_sample = "System.out.println("
    code_page_something = "HostArray.zeros?"
    code_clear_output = "Output.clear();"
    code_history_pattern = "6 *"
    supported_history_operations = ("tail", "range", "search")
    completion_samples = [
        {"text": "Math.cb", "matches": ["cbrt("]},
        {"text": "Shap", "matches": ["Shape"]},
    ]
    complete_code_samples = ["int a = 1;", "1 + 1", "for (int i = 0; i < 3; i++) { }", "record P(int x) {}"]
    incomplete_code_samples = ["for (int i = 0; i < 3; i++) {", "int b =", "Math.max(1,", 'String s = """\nabc']
    invalid_code_samples = ["int = 3;", "for x in range(3):", "a b c", "1 +* 2", "foo)"]

    @classmethod
    def setUpClass(cls):
        opened = kernel(cls.transport)
        running = opened.__enter__()
        cls.addClassCleanup(opened.__exit__, None, None, None)
        cls.km, cls.kc = running.manager, running.client
        running.run("1")  # nothing of the start is under way any more

    @classmethod
    def tearDownClass(cls):
        pass


class ProtocolOverIpcTest(ProtocolTest):
    """The same through the launcher's proxy, as Colab starts kernels."""

    transport = "ipc"

    def test_input_reaches_the_cell(self):
        cell = self.kc.execute("var typed = new BufferedReader(new InputStreamReader(System.in)).readLine();\ntyped", allow_stdin=True)
        self.assertEqual(self.kc.get_stdin_msg(timeout=30)["msg_type"], "input_request")
        self.kc.input("hello")
        self.assertEqual(Kernel(self.km, self.kc).wait(cell).value, "hello")

    def test_the_heart_beats(self):
        self.assertTrue(self.kc.hb_channel.is_beating())


if __name__ == "__main__":
    unittest.main()
