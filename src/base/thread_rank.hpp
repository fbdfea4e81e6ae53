// How urgent the calling thread is beside the others of this machine. Work that streams must not wait for, such as the store's writer,
// steps back once, at its thread's start; a thread cannot be raised again.
#pragma once

namespace hazard::base {

// Steps of what others wait for, though no frame. While all cores are busy it gets about a quarter of one against a thread that did not
// step back (weights 335 and 1024 in the scheduler's table of nice levels), and all it wants while a core is free.
// What it changes is measured in docs/performance.md.
inline constexpr int kBehindFrames = 5;

// On Linux this holds for the calling thread and those it starts from then on. Where it is refused, nothing changes.
void step_back(int steps) noexcept;

int niceness_of_this_thread() noexcept;  // 0 by default, 19 the least urgent

}  // namespace hazard::base
