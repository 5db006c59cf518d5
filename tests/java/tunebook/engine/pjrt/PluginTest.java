package tunebook.engine.pjrt;

import static org.junit.jupiter.api.Assertions.*;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tunebook.tensor.TunebookException;

class PluginTest {
    @TempDir
    Path temp;

    private static Plugin installed(String platform) {
        return Plugin.load(Plugins.find(platform, Plugins.roots()).orElseThrow(() -> new AssertionError("the " + platform + " plug-in is not installed under "
            + Plugins.roots() + ": ./tunebook test installs it")));
    }

    private static String message(org.junit.jupiter.api.function.Executable work) {
        return assertThrows(TunebookException.class, work).getMessage();
    }

    @Test
    void theCpuPluginIsLoadedOnce() {
        Plugin cpu = installed("cpu");
        assertSame(cpu, installed("cpu"));
        assertEquals("cpu", cpu.platformGuess());
        assertEquals("0.115", cpu.apiVersion());
        assertEquals(1144, cpu.tableBytes());
        assertTrue(cpu.has("PJRT_Client_Create"));
        assertEquals(WheelRecord.sha256Of(cpu.path()).orElseThrow(), cpu.sha256());
    }

    /// libtpu 0.0.21.1 is what Colab's TPU image has. Loading it starts nothing, so that no TPU is needed.
    @Test
    @Tag("tpu-aot")
    void theTableOfColabsLibtpuIsRead() {
        Plugin tpu = installed("tpu");
        assertEquals("tpu", tpu.platformGuess());
        assertEquals("0.75", tpu.apiVersion());
        assertEquals(960, tpu.tableBytes());
        for (String function : List.of("PJRT_Client_Create", "PJRT_TopologyDescription_Create", "PJRT_Compile", "PJRT_Executable_GetCompiledMemoryStats"))
            assertTrue(tpu.has(function), function);
        assertFalse(tpu.has("PJRT_LoadedExecutable_GetDeviceAssignment"), "it came later");
    }

    /// jax-cuda12-pjrt 0.7.2 is what Colab's GPU image has.
    @Test
    @Tag("tpu-aot")
    void theTableOfColabsCudaPluginIsRead() {
        Path library = Plugins.roots().stream().map(r -> r.resolve("jax_plugins/xla_cuda12/xla_cuda_plugin.so")).filter(Files::isRegularFile).findFirst()
            .orElseThrow(() -> new AssertionError("jax-cuda12-pjrt is not installed under " + Plugins.roots() + ": ./tunebook test installs it"));
        Plugin cuda = Plugin.load(library);
        assertEquals("cuda", cuda.platformGuess());
        assertEquals("0.76", cuda.apiVersion());
        for (String function : List.of("PJRT_Client_Create", "PJRT_LoadedExecutable_Execute", "PJRT_Executable_DeserializeAndLoad", "PJRT_Device_MemoryStats"))
            assertTrue(cuda.has(function), function);
        assertFalse(cuda.has("PJRT_LoadedExecutable_GetDeviceAssignment"), "it came later");
    }

    @Test
    void aMissingFileIsNamed() {
        assertTrue(message(() -> Plugin.load(temp.resolve("none.so"))).matches("Plugin.load: no such file — .*none.so — install the plug-in.*"));
    }

    @Test
    void aFileThatIsNoLibraryIsNamed() throws IOException {
        Path file = Files.writeString(temp.resolve("cpu.so"), "not a library");
        String message = message(() -> Plugin.load(file));
        assertTrue(message.startsWith("Plugin.load: not a PJRT plug-in that loads here: ") && message.contains("cpu.so"), message);
    }

    @Test
    void aLibraryThatIsNotTheWheelsIsNotLoaded() throws IOException {
        Path library = temp.resolve("site/lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so");
        Files.createDirectories(library.getParent());
        Files.writeString(library, "something else");
        Path info = Files.createDirectories(temp.resolve("site/lammps_jax_pjrt_cpu-0.11.2.dist-info"));
        Files.writeString(info.resolve("RECORD"), """
            lammps_jax_pjrt_cpu/__init__.py,,
            lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so,sha256=rRMJrIIrG00ktR1_mMf5yfqe1n8znFqEy8PR_ixCj-0,202000000
            """);
        String message = message(() -> Plugin.load(library));
        assertTrue(message.matches("Plugin.load: the library is not the one that was installed: its checksum is wrong — .* has SHA-256 [0-9a-f]{64}, "
            + "its wheel says ad1309ac822b1b4d.* — install the plug-in again, or set TUNEBOOK_PLUGIN .*"), message);
        assertTrue(message(() -> Plugin.loadAsIs(library)).contains("not a PJRT plug-in"), "named by the user, it is tried as it is");
    }

    @Test
    void theFirstFolderThatHasThePluginWins() throws IOException {
        Path a = Files.createDirectories(temp.resolve("a"));
        Path b = Files.createDirectories(temp.resolve("b/libtpu"));
        Files.writeString(b.resolve("libtpu.so"), "");
        assertEquals(b.resolve("libtpu.so"), Plugins.find("tpu", List.of(a, temp.resolve("b"))).orElseThrow());
        assertTrue(Plugins.find("tpu", List.of(a)).isEmpty());
    }

    @Test
    void theDriversVersionDecidesForCuda13() {
        assertEquals(550, CudaLibraries.driverMajor("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\nGCC version: 12"));
        assertEquals(580, CudaLibraries.driverMajor("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build"));
        assertEquals(0, CudaLibraries.driverMajor("nothing"));
    }

    @Test
    void cudaTakesJaxsEnvironmentVariables() {
        assertEquals(Map.of("platform_name", "cuda", "allocator", "default", "preallocate", false, "memory_fraction", 0.9f), ClientOptions.cuda(Map.of()));
        var set = Map.of("XLA_PYTHON_CLIENT_ALLOCATOR", "platform", "XLA_PYTHON_CLIENT_PREALLOCATE", "true", "XLA_PYTHON_CLIENT_MEM_FRACTION", ".5");
        assertEquals(Map.of("platform_name", "cuda", "allocator", "platform", "preallocate", true, "memory_fraction", 0.5f), ClientOptions.cuda(set));
        String message = message(() -> ClientOptions.cuda(Map.of("XLA_PYTHON_CLIENT_ALLOCATOR", "malloc")));
        assertEquals("Session.open: no such allocator — XLA_PYTHON_CLIENT_ALLOCATOR=malloc — use one of [default, platform, bfc, cuda_async]", message);
        message = message(() -> ClientOptions.cuda(Map.of("XLA_PYTHON_CLIENT_MEM_FRACTION", "half")));
        assertTrue(message.startsWith("Session.open: not a number — XLA_PYTHON_CLIENT_MEM_FRACTION=half"), message);
    }

    @Test
    void cudasDataComesFromTheWheelWithPtxas() throws IOException {
        Path nvcc = Files.createDirectories(temp.resolve("nvidia/cuda_nvcc/bin"));
        Files.writeString(nvcc.resolve("ptxas"), "");
        assertEquals(nvcc.getParent(), CudaLibraries.dataDirectory(List.of(temp.resolve("none"), temp)).orElseThrow());
        assertEquals(Map.of("xla_gpu_cuda_data_dir", nvcc.getParent().toString()), ClientOptions.flags("cuda", List.of(temp)));
        assertEquals(Map.of(), ClientOptions.flags("cpu", List.of(temp)));
    }

    @Test
    void aBrokenNvidiaLibraryIsLeftToThePlugin() throws IOException {
        Path lib = Files.createDirectories(temp.resolve("nvidia/cublas/lib"));
        Files.writeString(lib.resolve("libcublas.so.12"), "broken");
        assertEquals(List.of(), CudaLibraries.preload(Path.of("xla_cuda12/xla_cuda_plugin.so"), List.of(temp)));
    }

    /// Checked against the bytes that JAX sends for one replica and one partition.
    @Test
    void compileOptionsAreTheProtosBytes() {
        assertArrayEquals(new byte[] {0x1a, 0x04, 0x20, 0x01, 0x28, 0x01}, new CompileOptions().toProto());
        byte[] flag = new CompileOptions().flag("f", true).toProto();
        assertArrayEquals(new byte[] {0x1a, 4, 0x20, 1, 0x28, 1, 0x3a, 7, 0x0a, 1, 'f', 0x12, 2, 0x10, 1}, flag);
        String message = message(() -> new CompileOptions().flag("f", 'c').toProto());
        assertTrue(message.startsWith("CompileOptions.flag: a flag of type Character"), message);
    }

    @Test
    void flagsOfAProgramWinOverTheDefaults() {
        assertEquals(Map.of("a", 1L, "b", 3L), new CompileOptions().flag("b", 3L).over(Map.of("a", 1L, "b", 2L)).flags());
    }
}
