package tunebook.engine;

/// Device memory in bytes by the allocator's count: in use now, at most so far, and the most it may take (the latter two 0 where unknown).
public record DeviceMemory(long inUse, long peak, long limit) {}
