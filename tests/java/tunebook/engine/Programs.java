package tunebook.engine;

import java.util.List;
import tunebook.graph.Program;
import tunebook.graph.Program.Slot;
import tunebook.tensor.DType;
import tunebook.tensor.Shape;

/// Small programs written by hand, for tests of the engine alone.
final class Programs {
    private Programs() {}

    static Slot f32(String name, int... dims) {
        return new Slot(name, DType.F32, Shape.of(dims), false);
    }

    static Slot donated(String name, int... dims) {
        return new Slot(name, DType.F32, Shape.of(dims), true);
    }

    /// x + y of four elements.
    static Program add() {
        return new Program("add", """
            module @add {
              func.func public @main(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
                %0 = stablehlo.add %x, %y : tensor<4xf32>
                return %0 : tensor<4xf32>
              }
            }
            """, List.of(f32("x", 4), f32("y", 4)), List.of(f32("sum", 4)));
    }

    /// [2,3]·[3,2], and the transpose of the left operand: results of two axes in a known order.
    static Program dot() {
        return new Program("dot", """
            module @dot {
              func.func public @main(%a: tensor<2x3xf32>, %b: tensor<3x2xf32>) -> (tensor<2x2xf32>, tensor<3x2xf32>) {
                %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
                %1 = stablehlo.transpose %a, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
                return %0, %1 : tensor<2x2xf32>, tensor<3x2xf32>
              }
            }
            """, List.of(f32("a", 2, 3), f32("b", 3, 2)), List.of(f32("product", 2, 2), f32("transposed", 3, 2)));
    }

    /// bf16·bf16 with an f32 result.
    static Program bf16Dot() {
        return new Program("bf16_dot", """
            module @bf16_dot {
              func.func public @main(%a: tensor<8x16xbf16>, %b: tensor<16x8xbf16>) -> tensor<8x8xf32> {
                %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<8x16xbf16>, tensor<16x8xbf16>) -> tensor<8x8xf32>
                return %0 : tensor<8x8xf32>
              }
            }
            """, List.of(new Slot("a", DType.BF16, Shape.of(8, 16), false), new Slot("b", DType.BF16, Shape.of(16, 8), false)),
            List.of(f32("product", 8, 8)));
    }

    /// Doubles a number n times in a loop.
    static Program doubling() {
        return new Program("doubling", """
            module @doubling {
              func.func public @main(%x: tensor<f32>, %n: tensor<i32>) -> tensor<f32> {
                %zero = stablehlo.constant dense<0> : tensor<i32>
                %one = stablehlo.constant dense<1> : tensor<i32>
                %r:2 = stablehlo.while(%i = %zero, %v = %x) : tensor<i32>, tensor<f32>
                 cond {
                  %c = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
                  stablehlo.return %c : tensor<i1>
                } do {
                  %j = stablehlo.add %i, %one : tensor<i32>
                  %w = stablehlo.add %v, %v : tensor<f32>
                  stablehlo.return %j, %w : tensor<i32>, tensor<f32>
                }
                return %r#1 : tensor<f32>
              }
            }
            """, List.of(f32("x"), new Slot("n", DType.I32, Shape.of(), false)), List.of(f32("result")));
    }

    /// A step that donates its state: state + delta, and the sum's first element.
    static Program step(int size) {
        return new Program("step", """
            module @step {
              func.func public @main(%s: tensor<@xf32> {tf.aliasing_output = 0 : i32}, %d: tensor<@xf32>) -> (tensor<@xf32>, tensor<1xf32>) {
                %0 = stablehlo.add %s, %d : tensor<@xf32>
                %1 = stablehlo.slice %0 [0:1] : (tensor<@xf32>) -> tensor<1xf32>
                return %0, %1 : tensor<@xf32>, tensor<1xf32>
              }
            }
            """.replace("@xf32", size + "xf32"), List.of(donated("state", size), f32("delta", size)),
            List.of(f32("state", size), f32("first", 1)));
    }
}
