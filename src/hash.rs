//! SHA-256 (FIPS 180-4) and MD5 (RFC 1321): the crates compress blocks; what makes blocks of a message, which both hashes
//! do alike, is here.

use md5::block_api::compress as compress_md5;
use sha2::block_api::compress256 as compress_sha256;

/// FIPS 180-4, 5.3.3.
const SHA256: [u32; 8] = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// RFC 1321, 3.3.
const MD5: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

type Block = [u8; 64];

/// The digest's words, big-endian, of what the parts are together. Nearly everything fits into one block, put together in
/// place.
#[inline(always)]
pub(crate) fn sha256(parts: [&[u8]; 3]) -> [u32; 8] {
    let mut block = [0; 64];
    match fill(&mut block, parts) {
        Some(bits) => {
            if let Some(last) = block.last_chunk_mut() {
                *last = bits.to_be_bytes();
            }
            let mut state = SHA256;
            compress_sha256(&mut state, &[block]);
            state
        }
        None => sha256_of(&parts.concat()),
    }
}

/// The same of one long message.
#[inline(never)]
pub(crate) fn sha256_of(message: &[u8]) -> [u32; 8] {
    let mut state = SHA256;
    let (blocks, rest) = message.as_chunks();
    compress_sha256(&mut state, blocks);
    compress_sha256(&mut state, ending(rest, bits(message).to_be_bytes()).as_chunks().0);
    state
}

/// The digest's words, big-endian, of what the parts are together.
#[inline(always)]
pub(crate) fn md5(parts: [&[u8]; 3]) -> [u32; 4] {
    let (mut state, mut block) = (MD5, [0; 64]);
    match fill(&mut block, parts) {
        Some(bits) => {
            if let Some(last) = block.last_chunk_mut() {
                *last = bits.to_le_bytes();
            }
            compress_md5(&mut state, &[block]);
        }
        None => md5_of(&mut state, &parts.concat()),
    }
    state.map(u32::swap_bytes)
}

#[inline(never)]
fn md5_of(state: &mut [u32; 4], message: &[u8]) {
    let (blocks, rest) = message.as_chunks();
    compress_md5(state, blocks);
    compress_md5(state, ending(rest, bits(message).to_le_bytes()).as_chunks().0);
}

fn bits(message: &[u8]) -> u64 {
    8 * message.len() as u64
}

/// What comes after a message's whole blocks: the rest of it, a bit, zeros, and how long the message is.
fn ending(rest: &[u8], bits: [u8; 8]) -> Vec<u8> {
    let mut ending = rest.to_vec();
    ending.push(0x80);
    while ending.len() % 64 != 56 {
        ending.push(0);
    }
    ending.extend_from_slice(&bits);
    ending
}

/// Puts a message that fits into one block together in place, which takes half the time of a hasher, all but its length,
/// which is returned in bits.
#[cfg_attr(samebucket_wasm, optimize(speed))]
#[inline(never)]
fn fill(block: &mut Block, parts: [&[u8]; 3]) -> Option<u64> {
    let mut rest = block.get_mut(..56)?;
    for part in parts {
        rest = put(rest, part)?;
    }
    *rest.first_mut()? = 0x80;
    let left = rest.len() as u64;
    Some(8 * (56 - left))
}

/// Copies up to 63 bytes, and returns what comes after them; none if they do not fit. Pieces of known length take a
/// fraction of the time of a copy of any length, which in wasm is a call.
#[inline(always)]
fn put<'a>(mut to: &'a mut [u8], mut from: &[u8]) -> Option<&'a mut [u8]> {
    macro_rules! piece {
        ($($length:literal)*) => {$(
            if let Some((piece, rest)) = from.split_first_chunk::<$length>() {
                let (place, after) = to.split_first_chunk_mut::<$length>()?;
                *place = *piece;
                (to, from) = (after, rest);
            }
        )*};
    }
    piece!(32 16 8 4 2 1);
    from.is_empty().then_some(to)
}

#[cfg(test)]
mod tests {
    use ::md5::Md5;
    use sha2::{Digest, Sha256};

    use super::*;

    /// The oracles are the crates' hashers. Lengths on both sides of where one block more is needed.
    #[test]
    fn digests() {
        let message: Vec<u8> = (0..=255).cycle().take(300).collect();
        let mut wrong = Vec::new();
        for length in 0..message.len() {
            let message = &message[..length];
            let (first, rest) = message.split_at(length / 3);
            let (second, third) = rest.split_at(length / 5);
            let parts = [first, second, third];
            let expected = Sha256::digest(message).to_vec();
            if sha256(parts).map(u32::to_be_bytes).as_flattened() != expected
                || sha256_of(message).map(u32::to_be_bytes).as_flattened() != expected
            {
                wrong.push(("sha256", length));
            }
            if md5(parts).map(u32::to_be_bytes).as_flattened() != Md5::digest(message).to_vec() {
                wrong.push(("md5", length));
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
