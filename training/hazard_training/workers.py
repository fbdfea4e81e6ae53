"""Several training processes of one thread each that average their gradients.

On a CPU that is shared with other work this beats one process of several threads by far: threads meet after every operation, and
whenever one of them is not running, the others burn their time waiting for it. Processes meet once a step.
"""
import multiprocessing
import os
import tempfile

import torch
import torch.distributed as dist


class Team:
    """The processes of a run; a team of one needs no communication."""

    def __init__(self, rank=0, size=1):
        self.rank, self.size = rank, size

    @property
    def leads(self):
        return self.rank == 0

    def share(self, items):
        """This member's part of `items`; all parts have the same length, so that all make the same number of steps."""
        return items[self.rank:len(items) - len(items) % self.size:self.size]

    def agree(self, parameters, progress):
        """Averages the gradients and returns the leader's progress: every member takes the same step and stops at the same one."""
        if self.size == 1:
            return progress
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([g.reshape(-1) for g in gradients] + [torch.tensor([progress * self.size * self.leads])])
        dist.all_reduce(flat)
        flat /= self.size
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start:start + gradient.numel()].view_as(gradient))
            start += gradient.numel()
        return float(flat[-1])


def _member(rank, size, meeting, work):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=size)
    try:
        work(Team(rank, size))
    finally:
        dist.destroy_process_group()


def run(size, work):
    """Calls work(team) in `size` forked processes, which share the decoded pictures in memory."""
    if size == 1:
        work(Team())
        return
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        meeting = os.path.join(folder, "meeting")
        context = multiprocessing.get_context("fork")
        others = [context.Process(target=_member, args=(rank, size, meeting, work), daemon=True) for rank in range(1, size)]
        for other in others:
            other.start()
        # The leader is the process that was started: stopping or ending it stops or ends them all within a step.
        _member(0, size, meeting, work)
        for other in others:
            other.join()
