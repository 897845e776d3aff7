//! [`Blocks`] in registers of 16 bytes, as every 64-bit ARM processor has them.

#![allow(
    unsafe_op_in_unsafe_fn,
    reason = "every line of these functions is an intrinsic under the same condition"
)]

use std::arch::aarch64::*;

use super::{BLOCK, Bits, Blocks, Index, Kind, Masks, Portable, ROOM, Row, SEEN, Sets, Words};

/// Needs NEON.
pub struct Neon;

/// Four registers: a block.
type Block = [uint8x16_t; 4];

/// One bit a byte, of registers that hold nothing but ones and zeros in each byte.
#[inline]
#[target_feature(enable = "neon")]
fn bits(of: impl Fn(uint8x16_t) -> uint8x16_t, block: &Block) -> u64 {
    const WEIGHTS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    #[expect(unsafe_code, reason = "a load of 16 bytes that are there")]
    // SAFETY: the array has 16 bytes.
    let weights = unsafe { vld1q_u8(WEIGHTS.as_ptr()) };
    let [a, b, c, d] = block.map(|bytes| vandq_u8(of(bytes), weights));
    // Three times neighbours are added: 64 bytes become eight.
    let sum = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    let sum = vpaddq_u8(sum, sum);
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(sum))
}

/// Bytes between `low` and `high`.
#[inline]
#[target_feature(enable = "neon")]
fn between(bytes: uint8x16_t, low: u8, high: u8) -> uint8x16_t {
    vcleq_u8(vsubq_u8(bytes, vdupq_n_u8(low)), vdupq_n_u8(high - low))
}

/// ASCII bytes in a set, as [`Index::ascii`].
#[inline]
#[target_feature(enable = "neon")]
fn in_set(bytes: uint8x16_t, set: uint8x16_t, powers: uint8x16_t) -> uint8x16_t {
    let low = vqtbl1q_u8(set, vandq_u8(bytes, vdupq_n_u8(15)));
    // A byte beyond ASCII has no bit: the table of powers has zeros there.
    let bit = vqtbl1q_u8(powers, vshrq_n_u8::<4>(bytes));
    vtstq_u8(low, bit)
}

impl Blocks for Neon {
    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn masks(block: &[u8; BLOCK], sets: &Sets, carry: u64) -> Masks {
        const POWERS: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];
        let block: Block = [0, 16, 32, 48].map(|from| vld1q_u8(block.as_ptr().add(from)));
        let powers = vld1q_u8(POWERS.as_ptr());
        let in_sets = sets.each_ref().map(|set| {
            let set = vld1q_u8(set.as_ptr());
            bits(|bytes| in_set(bytes, set, powers), &block)
        });
        let letters = |bytes| {
            let lower = vorrq_u8(bytes, vdupq_n_u8(0x20));
            vorrq_u8(between(lower, b'a', b'z'), between(bytes, b'0', b'9'))
        };
        let leads = [(0xE4, 0xE9), (0xE0, 0xEF), (0xC0, 0xFF)];
        Masks::new(
            leads.map(|(low, high)| bits(|bytes| between(bytes, low, high), &block)),
            bits(letters, &block),
            in_sets,
            carry,
        )
    }

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn push(mask: u64, base: u32, places: &mut [u32; ROOM], count: &mut usize) {
        Portable::push(mask, base, places, count);
    }

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn three(block: &[u8; SEEN], mask: u64, kind: Kind, base: u32, row: &mut Row) {
        Portable::three(block, mask, kind, base, row);
    }

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn words(block: &[u8; SEEN], mask: u64, base: u32, words: &mut Words) {
        Portable::words(block, mask, base, words);
    }

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn keep_pairs(row: &Row, ready: usize, index: &Index, kept: &mut [u16; ROOM]) -> usize {
        super::keep_pairs(row, ready, index, kept)
    }

    #[inline]
    #[target_feature(enable = "neon")]
    unsafe fn keep_sounds(row: &Row, ready: usize, bits: &Bits, kept: &mut [u16; ROOM]) -> usize {
        super::keep_sounds(row, ready, bits, kept)
    }
}
