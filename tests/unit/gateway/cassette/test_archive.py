"""Archives give back the same bytes, and nothing in one can reach out of the folder or replace a file."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from evalharness.app.recordings.archives import unpack_archives
from evalharness.core.errors import IntegrityError
from evalharness.gateway.cassette.archive import SUMS_NAME, pack
from evalharness.gateway.cassette.files import recordings

Add = Callable[[tarfile.TarFile], None]


@pytest.fixture
def files(root: Path, tmp_path: Path) -> tuple[Path, ...]:
    """Three of the shipped recordings."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    for file in recordings(root / "cassettes" / "mentoring")[:3]:
        shutil.copy(file, folder)
    return recordings(folder)


def write(folder: Path, content: bytes, name: str = "mentoring-flash-raw.tar.gz") -> Path:
    """Write an archive and the sums that name it."""
    folder.mkdir(exist_ok=True)
    archive = folder / name
    archive.write_bytes(content)
    line = f"{hashlib.sha256(content).hexdigest()}  {name}\n"
    (folder / SUMS_NAME).write_text(line, encoding="utf-8", newline="\n")
    return archive


def made(*adds: Add) -> bytes:
    """Return an archive that was not made by `pack`."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for add in adds:
            add(archive)
    return gzip.compress(plain.getvalue(), mtime=0)


def member(name: str, content: bytes, **fields: object) -> Add:
    def add(archive: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        for field, value in fields.items():
            setattr(info, field, value)
        archive.addfile(info, io.BytesIO(content))

    return add


def test_what_was_packed_comes_back_to_the_byte(files: tuple[Path, ...], tmp_path: Path) -> None:
    packed = pack("mentoring-flash-raw", reversed(files))
    assert packed == pack("mentoring-flash-raw", files)
    assert (packed.name, packed.recordings) == ("mentoring-flash-raw.tar.gz", 3)
    archive = write(tmp_path / "a", packed.content)
    target = tmp_path / "restored"
    (done,) = unpack_archives([archive], to=target)
    assert (done.restored, done.there) == (3, 0)
    assert {file.name: file.read_bytes() for file in recordings(target)} == {
        file.name: file.read_bytes() for file in files
    }
    (again,) = unpack_archives([archive], to=target)
    assert (again.restored, again.there) == (0, 3)


def test_nothing_is_overwritten(files: tuple[Path, ...], tmp_path: Path) -> None:
    archive = write(tmp_path / "a", pack("x", files).content)
    target = tmp_path / "restored"
    target.mkdir()
    mine = target / files[1].name
    mine.write_bytes(b"mine")
    with pytest.raises(IntegrityError, match="nothing is overwritten"):
        unpack_archives([archive], to=target)
    assert mine.read_bytes() == b"mine"


def test_a_damaged_recording_is_not_packed(files: tuple[Path, ...]) -> None:
    files[0].write_bytes(b"{}")
    with pytest.raises(IntegrityError, match="damaged"):
        pack("x", files)


NAME = f"{'0' * 64}-d0.json"
HOSTILE: dict[str, tuple[list[Add], str]] = {
    "path upwards": ([member(f"../{NAME}", b"{}")], "which is no recording"),
    "absolute path": ([member(f"/etc/{NAME}", b"{}")], "which is no recording"),
    "folder": ([member(f"a/{NAME}", b"{}")], "which is no recording"),
    "windows path": ([member(f"..\\{NAME}", b"{}")], "which is no recording"),
    "device": ([member("nul", b"{}")], "which is no recording"),
    "link": ([member(NAME, b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")], "which is no recording"),
    "hard link": ([member(NAME, b"", type=tarfile.LNKTYPE, linkname="/etc/passwd")], "which is no recording"),
    "fifo": ([member(NAME, b"", type=tarfile.FIFOTYPE)], "which is no recording"),
    "terminal codes": ([member("\x1b[2J.json", b"{}")], "x1b[2J.json"),
    "no recording inside": ([member(NAME, b"{}\n")], "recording is damaged"),
    "empty": ([member(NAME, b"")], "the file is empty"),
    "huge": ([member(NAME, b" " * (32 * 2**20 + 1))], "larger than 32 MiB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_whole(tmp_path: Path, files: tuple[Path, ...], name: str) -> None:
    """Even when good recordings come first, nothing of it is written."""
    adds, part = HOSTILE[name]
    good = [member(file.name, file.read_bytes()) for file in files]
    archive = write(tmp_path / "a", made(*good, *adds))
    with pytest.raises(IntegrityError) as caught:
        unpack_archives([archive], to=tmp_path / "restored")
    assert part in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert not (tmp_path / "restored").exists()


def packed_zeros(prefix: bytes, mebibytes: int) -> bytes:
    """Return what unpacks to a prefix and as many zeros; a thousandth of it."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [press.compress(prefix), *(press.compress(bytes(2**20)) for _ in range(mebibytes))]
    return b"".join([*parts, press.flush()])


def header(kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    ("prefix", "part"),
    [
        (header(tarfile.XHDTYPE, 200 * 2**20), "which is no recording"),
        (header(tarfile.GNUTYPE_LONGNAME, 200 * 2**20), "which is no recording"),
        (b"", "holds no recording"),
    ],
    ids=["extended header", "long name", "nothing but an end"],
)
def test_what_would_fill_the_memory_is_refused_before_it_is_read(
    tmp_path: Path, prefix: bytes, part: str
) -> None:
    archive = write(tmp_path / "a", packed_zeros(prefix, 200))
    tracemalloc.start()
    with pytest.raises(IntegrityError, match=part):
        unpack_archives([archive], to=tmp_path / "restored")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20 * 2**20


@pytest.mark.parametrize("more", [bytes(2 * 2**20), b"\0" * 512 + b"x" * 512], ids=["endless", "smuggled"])
def test_an_archive_that_goes_on_after_its_end_is_refused(
    tmp_path: Path, files: tuple[Path, ...], more: bytes
) -> None:
    plain = gzip.decompress(pack("x", files).content) + more
    with pytest.raises(IntegrityError, match="goes on after its end"):
        unpack_archives([write(tmp_path / "a", gzip.compress(plain))], to=tmp_path / "restored")


def test_a_recording_twice_is_refused(tmp_path: Path, files: tuple[Path, ...]) -> None:
    one = member(files[0].name, files[0].read_bytes())
    with pytest.raises(IntegrityError, match="twice"):
        unpack_archives([write(tmp_path / "a", made(one, one))], to=tmp_path / "restored")


def test_a_cut_off_archive_is_refused(tmp_path: Path, files: tuple[Path, ...]) -> None:
    content = pack("x", files).content
    for cut in (10, len(content) // 2, len(content) - 1):
        with pytest.raises(IntegrityError):
            unpack_archives([write(tmp_path / "a", content[:cut])], to=tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_an_archive_must_be_the_one_that_the_sums_name(tmp_path: Path, files: tuple[Path, ...]) -> None:
    archive = write(tmp_path / "a", pack("x", files).content)
    sums = tmp_path / "a" / SUMS_NAME
    archive.write_bytes(pack("x", files[:2]).content)
    with pytest.raises(IntegrityError, match="is not the archive that SHA256SUMS names"):
        unpack_archives([archive], to=tmp_path / "restored")
    sums.write_text("", encoding="utf-8")
    with pytest.raises(IntegrityError, match="is not named in"):
        unpack_archives([archive], to=tmp_path / "restored")
    sums.unlink()
    with pytest.raises(IntegrityError, match="is not beside it"):
        unpack_archives([archive], to=tmp_path / "restored")
    with pytest.raises(IntegrityError, match="cannot be read"):
        unpack_archives([tmp_path / "a" / "absent.tar.gz"], to=tmp_path / "restored")
