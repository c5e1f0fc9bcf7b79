#!/usr/bin/python3
"""Power cuts: an ext4 file system in a file is shut down (FS_IOC_SHUTDOWN, without flushing its log) while changes are
being written. After mounting it again every revision that the writer had acknowledged is there, and the log is whole.
The control writes without waiting for the disk, and must lose. Needs root and loop mounts."""
import fcntl
import json
import os
import random
import struct
import subprocess

from common import BIN, Folder, Tap, tinhso, write_province

CUTS, CONTROLS, SEED = 12, 3, 20220630
IMAGE_BYTES = 96 << 20
FS_IOC_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, struct.pack("I", 2)  # _IOR('X', 125, __u32)
WRITER = os.path.join(os.path.dirname(BIN), "tests", "powercut-writer")


def quiet(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)


class Disk:
    """A file system in a file, that can lose its power."""
    def __init__(self, folder):
        self.image, self.mount_point = os.path.join(folder, "disk"), os.path.join(folder, "mnt")
        os.mkdir(self.mount_point)

    def make(self):
        with open(self.image, "wb") as f:
            f.truncate(IMAGE_BYTES)
        return quiet("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)

    def mount(self):
        return quiet("mount", "-o", "loop", self.image, self.mount_point)

    def unmount(self):
        return quiet("umount", self.mount_point)

    def cut(self):
        fd = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, FS_IOC_SHUTDOWN, NO_LOG_FLUSH)
        finally:
            os.close(fd)


def write_until_cut(disk, province, acknowledgements, *options):
    """The last revision that the writer acknowledged; it is cut off after some of them."""
    writer = subprocess.Popen([WRITER, os.path.join(disk.mount_point, "x.db"), province, *options],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    last, n = 0, 0
    for line in writer.stdout:
        last, n = int(line), n + 1
        if n == acknowledgements:
            disk.cut()
    error = writer.stderr.read()
    writer.wait()
    return last, n >= acknowledgements, error


def recovered(disk):
    """How many revisions are there and whole, after mounting again; -1 when the database is refused."""
    verified = tinhso(disk.mount_point, "log", "verify", "--json", "--db", "x.db")
    read = tinhso(disk.mount_point, "log", "--limit", "1", "--json", "--db", "x.db")
    if verified.returncode or read.returncode:
        return -1, verified.stderr + read.stderr
    return json.loads(verified.stdout)["revisions"], ""


def cuts(tap, folder, province, draw):
    """Cuts one store again and again; what was lost."""
    disk = Disk(folder)
    disk.make()
    total, losses = 0, []
    for i in range(CUTS):
        disk.mount()
        last, is_cut, error = write_until_cut(disk, province, draw.randint(2, 90))
        disk.unmount()
        if not is_cut:
            losses.append(f"cut {i + 1}: the writer ended by itself: {error}")
            break
        disk.mount()
        found, why = recovered(disk)
        disk.unmount()
        total = max(total, last)
        if found < last:
            losses.append(f"cut {i + 1}: revision {last} was acknowledged, {found} are there {why}")
    tap.ok(not losses, f"{CUTS} power cuts: all of {total} acknowledged revisions are there", *losses)


def controls(tap, folder, province, draw):
    lost = []
    for i in range(CONTROLS):
        sub = os.path.join(folder, str(i))
        os.mkdir(sub)
        disk = Disk(sub)
        disk.make()
        disk.mount()
        last, _, _ = write_until_cut(disk, province, draw.randint(30, 90), "--unsafe")
        disk.unmount()
        disk.mount()
        found, _ = recovered(disk)
        lost.append(last - max(found, 0))
        disk.unmount()
    tap.ok(all(n > 0 for n in lost), f"the control, which waits for no disk, loses each time: {lost} revisions")


def main():
    tap = Tap()
    name = "acknowledged revisions survive a power cut"
    if not os.path.exists(WRITER):
        tap.skip(name, "the writer is not built: make build")
        tap.end()
    if os.geteuid() != 0:
        tap.skip(name, "needs root to mount a file system")
        tap.end()
    draw = random.Random(SEED)
    with Folder() as folder:
        probe = os.path.join(folder, "probe")
        os.mkdir(probe)
        disk = Disk(probe)
        made = disk.make()
        mounted = disk.mount() if made.returncode == 0 else made
        if mounted.returncode:
            tap.skip(name, "no loop mounts here: " + mounted.stdout.strip().replace("\n", " "))
            tap.end()
        try:
            disk.cut()
        except OSError as e:
            disk.unmount()
            tap.skip(name, f"the kernel does not shut ext4 down: {e}")
            tap.end()
        disk.unmount()
        province = os.path.join(folder, "province")
        write_province(province, 20, 0, is_small=True)
        safe, unsafe = os.path.join(folder, "safe"), os.path.join(folder, "unsafe")
        os.mkdir(safe)
        os.mkdir(unsafe)
        try:
            cuts(tap, safe, province, draw)
            controls(tap, unsafe, province, draw)
        finally:
            for where in (safe, *(os.path.join(unsafe, str(i)) for i in range(CONTROLS))):
                quiet("umount", "-l", os.path.join(where, "mnt"))
    tap.end()


main()
