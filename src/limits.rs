//! A snapshot is untrusted input: what it may hold at most.

/// Bytes of a snapshot: 32 MiB.
pub const SNAPSHOT_BYTES: usize = 32 << 20;

/// How deep lists and objects may lie in each other.
pub const DEPTH: usize = 64;

/// Flags in a snapshot.
pub const FLAGS: usize = 100_000;

/// Bytes of a pattern as written.
pub const PATTERN_BYTES: usize = 4096;

/// Parts of a pattern, its counted repetitions written out: `\w{1000}` is short and takes much.
pub const PATTERN_PARTS: u64 = 16_384;

/// Parts of all patterns of a snapshot.
pub const ALL_PATTERN_PARTS: u64 = 1_000_000;

/// Different patterns in a snapshot.
pub const PATTERNS: usize = 4096;

/// How long a chain of flags that require each other may be.
pub const REQUIREMENT_CHAIN: usize = 64;

/// Issues listed for one snapshot.
pub const ISSUES: usize = 100_000;

/// How deep the groups of a pattern, and its repetitions, may lie in each other.
pub(crate) const PATTERN_DEPTH: usize = 303;
