#!/usr/bin/env python3
"""Writes src/evaluate/python/case_tables.rs: upper and lower case as the Python that runs this has it.

The file in the repository is Python 3.11's. 3.12 and 3.13 differ in a few of their new characters beside a sigma.
"""

import hashlib
import pathlib
import subprocess
import unicodedata

TARGET = pathlib.Path(__file__).parent.parent / "src/evaluate/python/case_tables.rs"
# Beyond these there are ideographs, and characters for private use.
ALL = [chr(code) for code in [*range(0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE1000)]]

# With each of them in its place. Over the end of a line no letter sees another.
TEXTS = {
    "small letters": ("{}\n", str.lower),
    "capitals": ("{}\n", str.upper),
    "before a sigma": ("{}Σ\n", str.lower),
    "between a letter and a sigma": ("a{}Σ\n", str.lower),
    "behind a sigma": ("aΣ{}\n", str.lower),
    "between a sigma and a letter": ("aΣ{}a\n", str.lower),
}


def leb128(number):
    encoded = []
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    return encoded + [number]


def runs(pairs):
    """Characters that change alike, one after the other or every second one: first, count, step and distance."""
    found = []
    for source, target in sorted(pairs):
        if found:
            first, count, step, distance = found[-1]
            if count == 1:
                step = source - first
            if target - source == distance and step <= 2 and source == first + count * step:
                found[-1] = (first, count + 1, step, distance)
                continue
        found.append((source, 1, 1, target - source))
    return found


def encode_runs(pairs):
    end, encoded = 0, []
    for first, count, step, distance in runs(pairs):
        zigzag = distance * 2 if distance >= 0 else -distance * 2 - 1
        encoded += leb128(first - end) + leb128((count - 1) * 2 + step - 1) + leb128(zigzag)
        end = first + (count - 1) * step + 1
    return encoded


def encode_set(characters):
    codes = set(map(ord, characters))
    starts = sorted(code for code in codes if code - 1 not in codes)
    ends = sorted(code + 1 for code in codes if code + 1 not in codes)
    gaps = [start - end for start, end in zip(starts, [0] + ends)]
    return [byte for gap, start, end in zip(gaps, starts, ends) for byte in leb128(gap) + leb128(end - start - 1)]


def literal(text):
    escaped = "".join(f"\\u{{{ord(c):x}}}" if unicodedata.combining(c) else c for c in text)
    return '"\\\n' + escaped.replace("\n", "\\n\\\n") + '"'


lower = {(ord(c), ord(c.lower())) for c in ALL if len(c.lower()) == 1 and c.lower() != c}
upper = {(ord(c), ord(c.upper())) for c in ALL if len(c.upper()) == 1 and c.upper() != c}
pairs = {(capital, small) for capital, small in lower if (small, capital) in upper}
upper_only = {(small, capital) for small, capital in upper if (capital, small) not in pairs}
assert [c for c in ALL if len(c.lower()) > 1] == ["İ"]

# Python's tables of these are told from what it makes of a sigma beside each character.
cased = {c for c in ALL if f"{c}Σ".lower().endswith("ς")}
ignorable = {c for c in ALL if f"a{c}Σ".lower().endswith("ς")} - cased

digests = {
    name: hashlib.sha256(change("".join(text.format(c) for c in ALL)).encode()).hexdigest()
    for name, (text, change) in TEXTS.items()
}

TARGET.write_text(f"""\
//! Written by scripts/{pathlib.Path(__file__).name}. Numbers are in LEB128.

/// Capitals and their small letters, in runs: the gap before a run, twice its length less one and whether it has every
/// second character only, and in ZigZag how far the small letters are.
pub(super) const PAIRS: &[u8] = &{encode_runs(pairs)};

/// What becomes a small letter that does not become it again.
pub(super) const LOWER_ONLY: &[u8] = &{encode_runs(lower - pairs)};

/// What becomes a capital that does not become it again.
pub(super) const UPPER_ONLY: &[u8] = &{encode_runs(upper_only)};

/// What becomes several characters in upper case: it, and what it becomes, on a line each.
pub(super) const EXPANSIONS: &str = {literal("".join(c + c.upper() + chr(10) for c in ALL if len(c.upper()) > 1))};

/// Letters that have case, in ranges: the gap before a range, and its length less one.
pub(super) const CASED: &[u8] = &{encode_set(cased)};

/// What is passed over to find such a letter, in ranges alike.
pub(super) const IGNORABLE: &[u8] = &{encode_set(ignorable)};

/// The SHA-256 of what Python makes of a text for each character.
#[cfg(test)]
pub(super) const DIGESTS: &[(&str, &str)] = &{str(list(digests.items())).replace("'", '"')};
""")
subprocess.run(["rustfmt", "--edition=2024", TARGET], check=True)
