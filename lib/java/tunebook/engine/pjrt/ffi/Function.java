package tunebook.engine.pjrt.ffi;

/// The functions of `PJRT_Api` in the header's order (`xla/pjrt/c/pjrt_c_api.h`, version 0.81), with the fields of the argument struct
/// of those that are called here.
///
/// The order is the address: function `n` stands 40 + 8·n bytes into the table. Functions are only ever appended, so an older
/// plug-in has a shorter table and a newer one a longer table with the same beginning. See [Struct] for the field letters.
public enum Function {
    ERROR_DESTROY("PJRT_Error_Destroy", "error:p"),
    ERROR_MESSAGE("PJRT_Error_Message", "error:p message:p message_size:n"),
    ERROR_GET_CODE("PJRT_Error_GetCode", "error:p code:i"),
    PLUGIN_INITIALIZE("PJRT_Plugin_Initialize", ""),
    PLUGIN_ATTRIBUTES("PJRT_Plugin_Attributes"),
    EVENT_DESTROY("PJRT_Event_Destroy", "event:p"),
    EVENT_IS_READY("PJRT_Event_IsReady"),
    EVENT_ERROR("PJRT_Event_Error"),
    EVENT_AWAIT("PJRT_Event_Await", "event:p"),
    EVENT_ON_READY("PJRT_Event_OnReady"),
    CLIENT_CREATE("PJRT_Client_Create",
        "create_options:p num_options:n kv_get_callback:p kv_get_user_arg:p kv_put_callback:p kv_put_user_arg:p client:p "
        + "kv_try_get_callback:p kv_try_get_user_arg:p"),
    CLIENT_DESTROY("PJRT_Client_Destroy", "client:p"),
    CLIENT_PLATFORM_NAME("PJRT_Client_PlatformName", "client:p platform_name:p platform_name_size:n"),
    CLIENT_PROCESS_INDEX("PJRT_Client_ProcessIndex"),
    CLIENT_PLATFORM_VERSION("PJRT_Client_PlatformVersion", "client:p platform_version:p platform_version_size:n"),
    CLIENT_DEVICES("PJRT_Client_Devices"),
    CLIENT_ADDRESSABLE_DEVICES("PJRT_Client_AddressableDevices", "client:p addressable_devices:p num_addressable_devices:n"),
    CLIENT_LOOKUP_DEVICE("PJRT_Client_LookupDevice"),
    CLIENT_LOOKUP_ADDRESSABLE_DEVICE("PJRT_Client_LookupAddressableDevice"),
    CLIENT_ADDRESSABLE_MEMORIES("PJRT_Client_AddressableMemories"),
    CLIENT_COMPILE("PJRT_Client_Compile", "client:p program:p compile_options:p compile_options_size:n executable:p"),
    CLIENT_DEFAULT_DEVICE_ASSIGNMENT("PJRT_Client_DefaultDeviceAssignment"),
    CLIENT_BUFFER_FROM_HOST_BUFFER("PJRT_Client_BufferFromHostBuffer",
        "client:p data:p type:i dims:p num_dims:n byte_strides:p num_byte_strides:n host_buffer_semantics:i device:p "
        + "memory:p device_layout:p done_with_host_buffer:p buffer:p"),
    DEVICE_DESCRIPTION_ID("PJRT_DeviceDescription_Id", "device_description:p id:i"),
    DEVICE_DESCRIPTION_PROCESS_INDEX("PJRT_DeviceDescription_ProcessIndex"),
    DEVICE_DESCRIPTION_ATTRIBUTES("PJRT_DeviceDescription_Attributes", "device_description:p num_attributes:n attributes:p"),
    DEVICE_DESCRIPTION_KIND("PJRT_DeviceDescription_Kind", "device_description:p device_kind:p device_kind_size:n"),
    DEVICE_DESCRIPTION_DEBUG_STRING("PJRT_DeviceDescription_DebugString"),
    DEVICE_DESCRIPTION_TO_STRING("PJRT_DeviceDescription_ToString", "device_description:p to_string:p to_string_size:n"),
    DEVICE_GET_DESCRIPTION("PJRT_Device_GetDescription", "device:p device_description:p"),
    DEVICE_IS_ADDRESSABLE("PJRT_Device_IsAddressable"),
    DEVICE_LOCAL_HARDWARE_ID("PJRT_Device_LocalHardwareId"),
    DEVICE_ADDRESSABLE_MEMORIES("PJRT_Device_AddressableMemories"),
    DEVICE_DEFAULT_MEMORY("PJRT_Device_DefaultMemory"),
    DEVICE_MEMORY_STATS("PJRT_Device_MemoryStats",
        "device:p bytes_in_use:l peak_bytes_in_use:l peak_bytes_in_use_is_set:b num_allocs:l num_allocs_is_set:b "
        + "largest_alloc_size:l largest_alloc_size_is_set:b bytes_limit:l bytes_limit_is_set:b bytes_reserved:l "
        + "bytes_reserved_is_set:b peak_bytes_reserved:l peak_bytes_reserved_is_set:b bytes_reservable_limit:l "
        + "bytes_reservable_limit_is_set:b largest_free_block_bytes:l largest_free_block_bytes_is_set:b pool_bytes:l "
        + "pool_bytes_is_set:b peak_pool_bytes:l peak_pool_bytes_is_set:b"),
    MEMORY_ID("PJRT_Memory_Id"),
    MEMORY_KIND("PJRT_Memory_Kind"),
    MEMORY_DEBUG_STRING("PJRT_Memory_DebugString"),
    MEMORY_TO_STRING("PJRT_Memory_ToString"),
    MEMORY_ADDRESSABLE_BY_DEVICES("PJRT_Memory_AddressableByDevices"),
    EXECUTABLE_DESTROY("PJRT_Executable_Destroy", "executable:p"),
    EXECUTABLE_NAME("PJRT_Executable_Name"),
    EXECUTABLE_NUM_REPLICAS("PJRT_Executable_NumReplicas"),
    EXECUTABLE_NUM_PARTITIONS("PJRT_Executable_NumPartitions"),
    EXECUTABLE_NUM_OUTPUTS("PJRT_Executable_NumOutputs"),
    EXECUTABLE_SIZE_OF_GENERATED_CODE_IN_BYTES("PJRT_Executable_SizeOfGeneratedCodeInBytes"),
    EXECUTABLE_GET_COST_ANALYSIS("PJRT_Executable_GetCostAnalysis"),
    EXECUTABLE_OUTPUT_MEMORY_KINDS("PJRT_Executable_OutputMemoryKinds"),
    EXECUTABLE_OPTIMIZED_PROGRAM("PJRT_Executable_OptimizedProgram"),
    EXECUTABLE_SERIALIZE("PJRT_Executable_Serialize",
        "executable:p serialized_bytes:p serialized_bytes_size:n serialized_executable:p serialized_executable_deleter:p"),
    LOADED_EXECUTABLE_DESTROY("PJRT_LoadedExecutable_Destroy", "executable:p"),
    LOADED_EXECUTABLE_GET_EXECUTABLE("PJRT_LoadedExecutable_GetExecutable", "loaded_executable:p executable:p"),
    LOADED_EXECUTABLE_ADDRESSABLE_DEVICES("PJRT_LoadedExecutable_AddressableDevices",
        "executable:p addressable_devices:p num_addressable_devices:n"),
    LOADED_EXECUTABLE_DELETE("PJRT_LoadedExecutable_Delete"),
    LOADED_EXECUTABLE_IS_DELETED("PJRT_LoadedExecutable_IsDeleted"),
    LOADED_EXECUTABLE_EXECUTE("PJRT_LoadedExecutable_Execute",
        "executable:p options:p argument_lists:p num_devices:n num_args:n output_lists:p device_complete_events:p "
        + "execute_device:p"),
    EXECUTABLE_DESERIALIZE_AND_LOAD("PJRT_Executable_DeserializeAndLoad",
        "client:p serialized_executable:p serialized_executable_size:n loaded_executable:p "
        + "overridden_serialized_compile_options:p overridden_serialized_compile_options_size:n"),
    LOADED_EXECUTABLE_FINGERPRINT("PJRT_LoadedExecutable_Fingerprint"),
    BUFFER_DESTROY("PJRT_Buffer_Destroy", "buffer:p"),
    BUFFER_ELEMENT_TYPE("PJRT_Buffer_ElementType"),
    BUFFER_DIMENSIONS("PJRT_Buffer_Dimensions"),
    BUFFER_UNPADDED_DIMENSIONS("PJRT_Buffer_UnpaddedDimensions"),
    BUFFER_DYNAMIC_DIMENSION_INDICES("PJRT_Buffer_DynamicDimensionIndices"),
    BUFFER_GET_MEMORY_LAYOUT("PJRT_Buffer_GetMemoryLayout"),
    BUFFER_ON_DEVICE_SIZE_IN_BYTES("PJRT_Buffer_OnDeviceSizeInBytes"),
    BUFFER_DEVICE("PJRT_Buffer_Device"),
    BUFFER_MEMORY("PJRT_Buffer_Memory"),
    BUFFER_DELETE("PJRT_Buffer_Delete"),
    BUFFER_IS_DELETED("PJRT_Buffer_IsDeleted", "buffer:p is_deleted:b"),
    BUFFER_COPY_TO_DEVICE("PJRT_Buffer_CopyToDevice"),
    BUFFER_TO_HOST_BUFFER("PJRT_Buffer_ToHostBuffer", "src:p host_layout:p dst:p dst_size:n event:p"),
    BUFFER_IS_ON_CPU("PJRT_Buffer_IsOnCpu"),
    BUFFER_READY_EVENT("PJRT_Buffer_ReadyEvent", "buffer:p event:p"),
    BUFFER_UNSAFE_POINTER("PJRT_Buffer_UnsafePointer"),
    BUFFER_INCREASE_EXTERNAL_REFERENCE_COUNT("PJRT_Buffer_IncreaseExternalReferenceCount"),
    BUFFER_DECREASE_EXTERNAL_REFERENCE_COUNT("PJRT_Buffer_DecreaseExternalReferenceCount"),
    BUFFER_OPAQUE_DEVICE_MEMORY_DATA_POINTER("PJRT_Buffer_OpaqueDeviceMemoryDataPointer"),
    COPY_TO_DEVICE_STREAM_DESTROY("PJRT_CopyToDeviceStream_Destroy"),
    COPY_TO_DEVICE_STREAM_ADD_CHUNK("PJRT_CopyToDeviceStream_AddChunk"),
    COPY_TO_DEVICE_STREAM_TOTAL_BYTES("PJRT_CopyToDeviceStream_TotalBytes"),
    COPY_TO_DEVICE_STREAM_GRANULE_SIZE("PJRT_CopyToDeviceStream_GranuleSize"),
    COPY_TO_DEVICE_STREAM_CURRENT_BYTES("PJRT_CopyToDeviceStream_CurrentBytes"),
    TOPOLOGY_DESCRIPTION_CREATE("PJRT_TopologyDescription_Create",
        "topology_name:p topology_name_size:n create_options:p num_options:n topology:p"),
    TOPOLOGY_DESCRIPTION_DESTROY("PJRT_TopologyDescription_Destroy", "topology:p"),
    TOPOLOGY_DESCRIPTION_PLATFORM_NAME("PJRT_TopologyDescription_PlatformName"),
    TOPOLOGY_DESCRIPTION_PLATFORM_VERSION("PJRT_TopologyDescription_PlatformVersion"),
    TOPOLOGY_DESCRIPTION_GET_DEVICE_DESCRIPTIONS("PJRT_TopologyDescription_GetDeviceDescriptions"),
    TOPOLOGY_DESCRIPTION_SERIALIZE("PJRT_TopologyDescription_Serialize"),
    TOPOLOGY_DESCRIPTION_ATTRIBUTES("PJRT_TopologyDescription_Attributes"),
    COMPILE("PJRT_Compile", "topology:p program:p compile_options:p compile_options_size:n client:p executable:p"),
    EXECUTABLE_OUTPUT_ELEMENT_TYPES("PJRT_Executable_OutputElementTypes", "executable:p output_types:p num_output_types:n"),
    EXECUTABLE_OUTPUT_DIMENSIONS("PJRT_Executable_OutputDimensions", "executable:p num_outputs:n dims:p dim_sizes:p"),
    BUFFER_COPY_TO_MEMORY("PJRT_Buffer_CopyToMemory"),
    CLIENT_CREATE_VIEW_OF_DEVICE_BUFFER("PJRT_Client_CreateViewOfDeviceBuffer"),
    EXECUTABLE_FINGERPRINT("PJRT_Executable_Fingerprint"),
    CLIENT_TOPOLOGY_DESCRIPTION("PJRT_Client_TopologyDescription"),
    EXECUTABLE_GET_COMPILED_MEMORY_STATS("PJRT_Executable_GetCompiledMemoryStats",
        "executable:p generated_code_size_in_bytes:l argument_size_in_bytes:l output_size_in_bytes:l alias_size_in_bytes:l "
        + "temp_size_in_bytes:l host_generated_code_size_in_bytes:l host_argument_size_in_bytes:l host_output_size_in_bytes:l "
        + "host_alias_size_in_bytes:l host_temp_size_in_bytes:l peak_memory_in_bytes:l"),
    MEMORY_KIND_ID("PJRT_Memory_Kind_Id"),
    EXECUTE_CONTEXT_CREATE("PJRT_ExecuteContext_Create"),
    EXECUTE_CONTEXT_DESTROY("PJRT_ExecuteContext_Destroy"),
    BUFFER_COPY_RAW_TO_HOST("PJRT_Buffer_CopyRawToHost"),
    ASYNC_HOST_TO_DEVICE_TRANSFER_MANAGER_DESTROY("PJRT_AsyncHostToDeviceTransferManager_Destroy"),
    ASYNC_HOST_TO_DEVICE_TRANSFER_MANAGER_TRANSFER_DATA("PJRT_AsyncHostToDeviceTransferManager_TransferData"),
    CLIENT_CREATE_BUFFERS_FOR_ASYNC_HOST_TO_DEVICE("PJRT_Client_CreateBuffersForAsyncHostToDevice"),
    ASYNC_HOST_TO_DEVICE_TRANSFER_MANAGER_RETRIEVE_BUFFER("PJRT_AsyncHostToDeviceTransferManager_RetrieveBuffer"),
    ASYNC_HOST_TO_DEVICE_TRANSFER_MANAGER_DEVICE("PJRT_AsyncHostToDeviceTransferManager_Device"),
    ASYNC_HOST_TO_DEVICE_TRANSFER_MANAGER_BUFFER_COUNT("PJRT_AsyncHostToDeviceTransferManager_BufferCount"),
    ASYNC_HOST_TO_DEVICE_TRANSFER_MANAGER_BUFFER_SIZE("PJRT_AsyncHostToDeviceTransferManager_BufferSize"),
    ASYNC_HOST_TO_DEVICE_TRANSFER_MANAGER_SET_BUFFER_ERROR("PJRT_AsyncHostToDeviceTransferManager_SetBufferError"),
    ASYNC_HOST_TO_DEVICE_TRANSFER_MANAGER_ADD_METADATA("PJRT_AsyncHostToDeviceTransferManager_AddMetadata"),
    CLIENT_DMA_MAP("PJRT_Client_DmaMap"),
    CLIENT_DMA_UNMAP("PJRT_Client_DmaUnmap"),
    CLIENT_CREATE_UNINITIALIZED_BUFFER("PJRT_Client_CreateUninitializedBuffer"),
    CLIENT_UPDATE_GLOBAL_PROCESS_INFO("PJRT_Client_UpdateGlobalProcessInfo"),
    TOPOLOGY_DESCRIPTION_DESERIALIZE("PJRT_TopologyDescription_Deserialize"),
    CLIENT_CREATE_ALIAS_BUFFER("PJRT_Client_CreateAliasBuffer"),
    CLIENT_FULFILL_ALIAS_BUFFER("PJRT_Client_FulfillAliasBuffer"),
    LOADED_EXECUTABLE_GET_DEVICE_ASSIGNMENT("PJRT_LoadedExecutable_GetDeviceAssignment");

    private static final int TABLE_START = 40;
    private final String cName;
    private final Struct arguments;

    Function(String cName) {
        this(cName, "");
    }

    Function(String cName, String fields) {
        this.cName = cName;
        this.arguments = Struct.of(cName + "_Args", fields);
    }

    /// Name in the header: `PJRT_Client_Create`.
    public String cName() {
        return cName;
    }

    /// The argument struct; of a function that is not called here, only its two leading fields.
    public Struct arguments() {
        return arguments;
    }

    /// Where the function's pointer stands in the table, in bytes.
    public long tableOffset() {
        return TABLE_START + 8L * ordinal();
    }
}
