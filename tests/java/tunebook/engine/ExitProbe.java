package tunebook.engine;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import tunebook.graph.Program;
import tunebook.tensor.DType;
import tunebook.tensor.HostArray;
import tunebook.tensor.Shape;

/// A process that ends in the middle of a program.
final class ExitProbe {
    static final int SIZE = 512;

    private ExitProbe() {}

    /// x is transposed and multiplied by w two hundred times, on the plug-in's own threads, in machine code that oneDNN made.
    static Program products() {
        return new Program("products", """
            module @products {
              func.func public @main(%x: tensor<@xf32>, %w: tensor<@xf32>) -> tensor<@xf32> {
                %zero = stablehlo.constant dense<0> : tensor<i32>
                %one = stablehlo.constant dense<1> : tensor<i32>
                %n = stablehlo.constant dense<200> : tensor<i32>
                %r:2 = stablehlo.while(%i = %zero, %v = %x) : tensor<i32>, tensor<@xf32>
                 cond {
                  %c = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
                  stablehlo.return %c : tensor<i1>
                } do {
                  %j = stablehlo.add %i, %one : tensor<i32>
                  %p = stablehlo.dot_general %v, %w, contracting_dims = [0] x [0] : (tensor<@xf32>, tensor<@xf32>) -> tensor<@xf32>
                  stablehlo.return %j, %p : tensor<i32>, tensor<@xf32>
                }
                return %r#1 : tensor<@xf32>
              }
            }
            """.replace("@x", SIZE + "x" + SIZE + "x"), List.of(Programs.f32("x", SIZE, SIZE), Programs.f32("w", SIZE, SIZE)),
            List.of(Programs.f32("product", SIZE, SIZE)));
    }

    /// Has `exit` sleep for as many seconds as the status says, after the destructors of the libraries that are loaded from now on: time enough
    /// for threads that still compute to run into what is gone.
    private static void sleepAfterDestructors() throws Throwable {
        Linker linker = Linker.nativeLinker();
        var onExit = linker.downcallHandle(linker.defaultLookup().findOrThrow("on_exit"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        int refused = (int) onExit.invokeExact(linker.defaultLookup().findOrThrow("sleep"), MemorySegment.NULL);
        if (refused != 0) throw new IllegalStateException("on_exit");
    }

    /// Says `running` once a run is in flight; then it exits with the status that is given, or waits to be killed if it is 0.
    public static void main(String[] arguments) throws Throwable {
        sleepAfterDestructors();
        Session session = Session.open("cpu");
        Compiled products = session.compile(products());
        Buffer x = session.put(HostArray.zeros(DType.F32, Shape.of(SIZE, SIZE)));
        Thread.ofPlatform().daemon().start(() -> {
            while (true) products.run(List.of(x, x)).getFirst().await();
        });
        Thread.sleep(100);
        System.out.println("running");
        if (arguments[0].equals("0")) Thread.sleep(60_000);
        System.exit(Integer.parseInt(arguments[0]));
    }
}
