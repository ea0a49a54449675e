#pragma once

/// What the C library does with memory that was freed. Without glibc these do nothing.
namespace parley {

/// Has freed pieces joined with their neighbours at once, so that give_memory_back() finds whole pages.
/// Before the first thread.
void keep_freed_memory_whole();

/// Returns freed pages to the system: the library itself only does so at a heap's end, where some byte is
/// always in use. Any thread; whoever allocates meanwhile waits for it.
void give_memory_back();

}  // namespace parley
