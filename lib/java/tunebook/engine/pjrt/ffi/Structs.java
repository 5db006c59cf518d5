package tunebook.engine.pjrt.ffi;

/// The structs that argument structs point to. See [Struct] for the field letters.
public final class Structs {
    private Structs() {}

    public static final Struct PROGRAM = Struct.of("PJRT_Program", "code:p code_size:n format:p format_size:n");

    public static final Struct EXECUTE_OPTIONS = Struct.of("PJRT_ExecuteOptions",
        "send_callbacks:p recv_callbacks:p num_send_ops:n num_recv_ops:n launch_id:i non_donatable_input_indices:p "
        + "num_non_donatable_input_indices:n context:p call_location:p num_tasks:n task_ids:p incarnation_ids:p");

    /// `PJRT_Buffer_MemoryLayout` with its union as `PJRT_Buffer_MemoryLayout_Tiled` (whose own two leading fields are named here);
    /// `type` 0 says that it is the tiled one.
    public static final Struct TILED_LAYOUT = Struct.of("PJRT_Buffer_MemoryLayout",
        "tiled_size:n tiled_extension:p minor_to_major:p minor_to_major_size:n tile_dims:p tile_dim_sizes:p num_tiles:n type:i");

    /// Size of `PJRT_Buffer_MemoryLayout_Tiled` alone.
    public static final long TILED_SIZE = 56;
}
