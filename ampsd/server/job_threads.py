"""Threads for jobs that wait or block: started when there is work, a bound on them and on what waits."""

import threading
import time
from collections import deque
from typing import Protocol


class Job(Protocol):
    """Something to be done once."""

    def run(self) -> None:
        """Do it. Raises nothing that is to be expected."""
        ...

    def refuse(self, reason: str) -> None:
        """It will not be done."""
        ...


class JobThreads:
    """Runs jobs in the order in which they came, `threads_max` at once; `waiting_max` more may wait."""

    def __init__(self, name: str, threads_max: int, waiting_max: int) -> None:
        self._name = name
        self._threads_max = threads_max
        self._waiting_max = waiting_max
        self._waiting: deque[Job] = deque()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._is_ending = False
        self._changed = threading.Condition()

    def submit(self, job: Job) -> None:
        """Run `job` in a thread, or refuse it here and now."""
        refusal = self._enter(job)
        if refusal is not None:
            job.refuse(refusal)

    def end(self) -> None:
        """Take nothing more, and refuse what waits."""
        with self._changed:
            self._is_ending = True
            waiting = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        for job in waiting:
            job.refuse("the instance stops")

    def join(self, seconds: float) -> bool:
        """After `end`: wait for what runs; whether all of it is over."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _enter(self, job: Job) -> str | None:
        with self._changed:
            if self._is_ending:
                return "the instance stops"
            if len(self._waiting) >= self._waiting_max + self._idle:
                return f"{self._waiting_max} others wait for their turn already"
            self._waiting.append(job)
            if len(self._waiting) > self._idle and len(self._threads) < self._threads_max:
                try:
                    self._start_thread()
                except RuntimeError as error:  # the process may have no more threads
                    if not self._threads:
                        self._waiting.pop()
                        return str(error)
            self._changed.notify()
            return None

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
        self._idle += 1  # the job that it is started for is its own
        try:
            thread.start()
        except RuntimeError:
            self._idle -= 1
            raise
        self._threads.append(thread)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._is_ending:
                        self._idle -= 1
                        return
                    self._changed.wait()
                job = self._waiting.popleft()
                self._idle -= 1
            job.run()
            with self._changed:
                self._idle += 1
