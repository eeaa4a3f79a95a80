"""A power cut at any instant: after so many calls to the system, by a real SIGKILL or on a model.

A killed process leaves everything it wrote in the kernel's memory, so it shows what a crash of ours
does.  A power cut loses more: what was not synced.  `Disk` keeps account of what was, and lays out
what could be found afterwards in the two worst cases: nothing that was not synced is there, or
names reached the disk and the data behind them did not.
"""

import os
import shutil
import signal
import stat
from pathlib import Path

CALLS = (
    "open", "write", "fsync", "replace", "rename", "link", "symlink", "unlink", "remove", "mkdir",
    "ftruncate",
)  # fmt: skip
_REAL = {name: getattr(os, name) for name in CALLS}


def counting(stop_at, and_then):
    """Replaces the calls of `os`: before the one of this number `and_then` is called."""
    seen = 0

    def watched(name):
        def call(*arguments, **options):
            nonlocal seen
            seen += 1
            if seen == stop_at:
                and_then()
            return _REAL[name](*arguments, **options)

        return call

    for name in CALLS:
        setattr(os, name, watched(name))
    return lambda: seen


def restore():
    for name, real in _REAL.items():
        setattr(os, name, real)


def killed_at(call, work):
    """Runs work in a process of its own, killed before its n-th call; the signal, or 0 if done."""
    child = os.fork()
    if child == 0:
        try:
            counting(call, lambda: os.kill(os.getpid(), signal.SIGKILL))
            work()
        except BaseException:  # noqa: BLE001  the child must never come back
            os._exit(70)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the work failed by itself"
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


class Cut(BaseException):
    """The power went away."""


class Disk:
    """What of a folder would survive a power cut."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.names = {}
        self.data = {}
        self._take(self.folder)

    def _take(self, folder):
        """Everything that is there at the beginning counts as synced."""
        self.names[folder.stat().st_ino] = self._entries(folder)
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                self._take(path)
            elif not path.is_symlink():
                self.data[path.stat().st_ino] = path.read_bytes()

    @staticmethod
    def _entries(folder):
        found = {}
        for path in folder.iterdir():
            if path.is_symlink():
                found[path.name] = ("link", path.readlink())
            else:
                found[path.name] = ("dir" if path.is_dir() else "file", path.stat().st_ino)
        return found

    def watch(self, stop_at):
        """Follows the calls of `os`, and cuts before the n-th."""
        count = counting(stop_at, self._cut)
        fsync, opened = os.fsync, os.open

        def noting_fsync(descriptor):
            fsync(descriptor)
            self._synced(descriptor)

        def noting_open(path, flags, *arguments, **options):
            is_new = bool(flags & os.O_CREAT) and not Path(path).exists()
            descriptor = opened(path, flags, *arguments, **options)
            if is_new:
                self.data.pop(os.fstat(descriptor).st_ino, None)
            return descriptor

        os.fsync, os.open = noting_fsync, noting_open
        return count

    @staticmethod
    def _cut():
        restore()
        raise Cut

    def _synced(self, descriptor):
        said = os.fstat(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}")
        if stat.S_ISDIR(said.st_mode):
            self.names[said.st_ino] = self._entries(path.resolve())
        else:
            self.data[said.st_ino] = path.resolve().read_bytes()

    def after_the_cut(self, where, *, names_first):
        """Lays out what could be found.

        Args:
            where: a folder that is not there.
            names_first: True where the names are as they were last, and only data is lost.
        """
        if names_first:
            self._lay_out_names(self.folder, where)
        else:
            self._lay_out_synced(self.folder.stat().st_ino, where)

    def _lay_out_names(self, folder, where):
        where.mkdir()
        for name, (kind, value) in self._entries(folder).items():
            if kind == "dir":
                self._lay_out_names(folder / name, where / name)
            elif kind == "link":
                (where / name).symlink_to(value)
            else:
                (where / name).write_bytes(self.data.get(value, b""))

    def _lay_out_synced(self, inode, where):
        where.mkdir()
        for name, (kind, value) in self.names.get(inode, {}).items():
            if kind == "dir":
                self._lay_out_synced(value, where / name)
            elif kind == "link":
                (where / name).symlink_to(value)
            else:
                (where / name).write_bytes(self.data.get(value, b""))


def copied(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
