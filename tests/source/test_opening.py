"""Bytes arrive whole from wherever they come, or one clear line says why not."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import threading
from itertools import islice

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import EmptyInputError, InputError
from profkit.source import HEAD_SIZE, STDIN, Source, open_source

# More than a head, a chunk and a piece of compressed input, and not the same everywhere.
TEXT = b"".join(b"main;run;step%d %d\n" % (n % 977, n) for n in range(80_000))


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


PACKERS = {"gzip": gzip.compress, "zstd": zstd}
packers = pytest.mark.parametrize("compression", PACKERS)


def read(path) -> bytes:
    with open_source(path) as source:
        return b"".join(source.chunks())


def refusal(path) -> InputError:
    with pytest.raises(InputError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return caught.value


def stored(tmp_path, data: bytes):
    path = tmp_path / "stored.folded"
    path.write_bytes(data)
    return path


class Dribble(io.RawIOBase):
    """A pipe that never has more than a byte ready."""

    def __init__(self, data: bytes) -> None:
        self._bytes = iter(data)

    def read(self, size=-1):
        return bytes(islice(self._bytes, min(size, 1)))


def test_a_plain_file_is_read_as_it_is(tmp_path):
    path = stored(tmp_path, TEXT)
    with open_source(path) as source:
        assert source.compression == ""
        assert source.head == TEXT[:HEAD_SIZE]
        assert b"".join(source.chunks()) == TEXT


@packers
def test_compression_is_told_by_content_and_undone(tmp_path, compression):
    path = stored(tmp_path, PACKERS[compression](TEXT))
    with open_source(path) as source:
        assert source.compression == compression
        assert source.head == TEXT[:HEAD_SIZE]
        assert b"".join(source.chunks()) == TEXT


@packers
def test_members_follow_one_another_with_padding_between_and_after(tmp_path, compression):
    pack = PACKERS[compression]
    parts = [TEXT[:100_000], b"", TEXT[100_000:]]
    assert read(stored(tmp_path, b"".join(map(pack, parts)))) == TEXT
    assert read(stored(tmp_path, pack(TEXT) + bytes(100_000))) == TEXT


@packers
@pytest.mark.parametrize("missing", [1, 4, 9, 5_000])
def test_a_compressed_stream_that_ends_early_is_refused_with_its_length(
    tmp_path, compression, missing
):
    data = PACKERS[compression](TEXT)[:-missing]
    error = refusal(stored(tmp_path, data))
    assert error.message == f"the {compression} stream ends early"
    assert error.where == f"byte {len(data)}"


@packers
def test_a_second_member_that_ends_early_is_refused_too(tmp_path, compression):
    pack = PACKERS[compression]
    error = refusal(stored(tmp_path, pack(TEXT) + pack(TEXT)[:-10]))
    assert error.message == f"the {compression} stream ends early"


def test_a_damaged_gzip_stream_is_refused(tmp_path):
    data = bytearray(gzip.compress(TEXT))
    data[-8] ^= 1
    assert "the gzip stream is damaged" in refusal(stored(tmp_path, bytes(data))).message


def test_what_follows_a_gzip_stream_and_is_none_is_refused(tmp_path):
    assert "is damaged" in refusal(stored(tmp_path, gzip.compress(TEXT) + b"main 3\n")).message


def test_a_damaged_zstd_stream_is_refused(tmp_path):
    data = zstd(TEXT)
    error = refusal(stored(tmp_path, data[:6] + b"\xff" * (len(data) - 6)))
    assert "the zstd stream is damaged" in error.message


@pytest.mark.parametrize("data", [b"\x1f", b"\x28\xb5\x2f", b"a", b"\n"])
def test_a_file_shorter_than_the_marks_of_compression_is_plain(tmp_path, data):
    assert read(stored(tmp_path, data)) == data


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_a_file_without_bytes_is_empty(tmp_path, pack):
    error = refusal(stored(tmp_path, pack(b"")))
    assert isinstance(error, EmptyInputError)
    assert error.message == "is empty; a profile is expected"


def test_a_directory_is_refused(tmp_path):
    assert refusal(tmp_path).message == "is a directory; a profile file is expected"


def test_a_missing_file_is_refused_by_its_name(tmp_path):
    path = tmp_path / "nowhere.folded"
    error = refusal(path)
    assert str(error) == f"{path}: no such file or directory"
    assert error.exit_code == 2


def test_a_name_that_no_file_can_have_is_refused():
    assert "null" in refusal("a\0b").message
    assert "too long" in refusal("a" * 5_000).message


def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    path = stored(tmp_path, TEXT)
    path.chmod(0)
    # Root may read anything, so somebody else tries.
    program = (
        "import os, sys\n"
        "from profkit.errors import InputError\n"
        "from profkit.source import open_source\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        "try:\n"
        "    with open_source(sys.argv[1]): pass\n"
        "except InputError as error: print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{path}: permission denied\n"


@packers
def test_standard_input_is_read(monkeypatch, compression):
    packed = io.BytesIO(PACKERS[compression](TEXT))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(packed))
    with open_source(STDIN) as source:
        assert source.name == "standard input"
        assert b"".join(source.chunks()) == TEXT


def test_closed_standard_input_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert str(refusal(STDIN)) == "standard input: is closed"


def test_a_named_pipe_is_read(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    packed = gzip.compress(TEXT)
    writer = threading.Thread(target=path.write_bytes, args=(packed,))
    writer.start()
    seen = []
    with open_source(path, on_progress=lambda *at: seen.append(at)) as source:
        assert b"".join(source.chunks()) == TEXT
    writer.join()
    assert seen[-1] == (len(packed), None)


@given(st.binary(max_size=40), st.sampled_from([bytes, *PACKERS.values()]))
def test_bytes_that_come_one_by_one_are_put_together(data, pack):
    data = b"main" + data  # which no compression begins with
    source = Source("pipe", Dribble(pack(data)))
    assert source.head == data
    assert b"".join(source.chunks()) == data


@packers
def test_progress_counts_stored_bytes_up_to_the_size_of_the_file(tmp_path, compression):
    path = stored(tmp_path, PACKERS[compression](TEXT))
    size = path.stat().st_size
    seen = []
    with open_source(path, on_progress=lambda *at: seen.append(at)) as source:
        for _ in source.chunks():
            pass
    assert [at for at, _ in seen] == sorted(at for at, _ in seen)
    assert seen[-1] == (size, size)


@pytest.mark.parametrize("before", [b"", b"main 1\n"])
def test_an_error_while_reading_is_told_in_its_own_words(before):
    class Broken(io.RawIOBase):
        """Gives what it has, once."""

        def __init__(self):
            self.left = before

        def read(self, *_):
            if not self.left:
                raise OSError(5, "Input/output error")
            piece, self.left = self.left, b""
            return piece

    with pytest.raises(InputError, match=r"^disk: input/output error$"):
        Source("disk", Broken())
