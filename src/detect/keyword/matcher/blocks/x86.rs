//! [`Blocks`] in registers of 32 and 64 bytes.

#![allow(
    unsafe_op_in_unsafe_fn,
    reason = "every line of these functions is an intrinsic under the same condition"
)]

use std::arch::x86_64::*;

use super::super::index::{MIX, SECOND_BIT};
use super::{
    ASCII_CLASS, BLOCK, Bits, Blocks, HAN, Index, Kind, Masks, OPEN, Portable, ROOM, Row, SEEN,
    Sets, Words,
};

/// Needs AVX2 and BMI.
pub struct Avx2;

/// Bytes between `low` and `high`, as a mask of bytes.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
unsafe fn between(bytes: __m256i, low: u8, high: u8) -> __m256i {
    let moved = _mm256_sub_epi8(bytes, _mm256_set1_epi8(low.cast_signed()));
    let width = _mm256_set1_epi8((high - low).cast_signed());
    _mm256_cmpeq_epi8(_mm256_min_epu8(moved, width), moved)
}

/// ASCII bytes in a set, as a mask of bytes.
#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
unsafe fn in_set(bytes: __m256i, set: __m256i) -> __m256i {
    let powers = _mm256_setr_epi8(
        1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128, 0, 0,
        0, 0, 0, 0, 0, 0,
    );
    let nibble = _mm256_set1_epi8(15);
    let low = _mm256_shuffle_epi8(set, _mm256_and_si256(bytes, nibble));
    let high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
    let bit = _mm256_shuffle_epi8(powers, high);
    let both = _mm256_and_si256(low, bit);
    // A byte beyond ASCII has no bit.
    let none = _mm256_cmpeq_epi8(both, _mm256_setzero_si256());
    _mm256_xor_si256(none, _mm256_set1_epi8(-1))
}

#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
unsafe fn bits(low: __m256i, high: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(low).cast_unsigned())
        | u64::from(_mm256_movemask_epi8(high).cast_unsigned()) << 32
}

impl Blocks for Avx2 {
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    unsafe fn masks(block: &[u8; BLOCK], sets: &Sets, carry: u64) -> Masks {
        let a = _mm256_loadu_si256(block.as_ptr().cast());
        let b = _mm256_loadu_si256(block.as_ptr().add(32).cast());
        let set =
            |set: &[u8; 16]| _mm256_broadcastsi128_si256(_mm_loadu_si128(set.as_ptr().cast()));
        let in_sets = sets.each_ref().map(|of| {
            let set = set(of);
            bits(in_set(a, set), in_set(b, set))
        });
        let letters = |x: __m256i| {
            let lower = _mm256_or_si256(x, _mm256_set1_epi8(0x20));
            _mm256_or_si256(between(lower, b'a', b'z'), between(x, b'0', b'9'))
        };
        let leads = [(0xE4, 0xE9), (0xE0, 0xEF), (0xC0, 0xFF)];
        Masks::new(
            leads.map(|(low, high)| bits(between(a, low, high), between(b, low, high))),
            bits(letters(a), letters(b)),
            in_sets,
            carry,
        )
    }

    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    unsafe fn push(mask: u64, base: u32, places: &mut [u32; ROOM], count: &mut usize) {
        Portable::push(mask, base, places, count);
    }

    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    unsafe fn three(block: &[u8; SEEN], mask: u64, kind: Kind, base: u32, row: &mut Row) {
        Portable::three(block, mask, kind, base, row);
    }

    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    unsafe fn words(block: &[u8; SEEN], mask: u64, base: u32, words: &mut Words) {
        Portable::words(block, mask, base, words);
    }

    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    unsafe fn keep_pairs(row: &Row, ready: usize, index: &Index, kept: &mut [u16; ROOM]) -> usize {
        super::keep_pairs(row, ready, index, kept)
    }

    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    unsafe fn keep_sounds(row: &Row, ready: usize, bits: &Bits, kept: &mut [u16; ROOM]) -> usize {
        super::keep_sounds(row, ready, bits, kept)
    }
}

/// Needs AVX-512 F, BW, DQ, VL, VBMI and VBMI2, and AVX2 and BMI.
pub struct Avx512;

impl Blocks for Avx512 {
    #[inline]
    #[target_feature(
        enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"
    )]
    unsafe fn masks(block: &[u8; BLOCK], sets: &Sets, carry: u64) -> Masks {
        let x = _mm512_loadu_si512(block.as_ptr().cast());
        let between = |x: __m512i, low: u8, high: u8| {
            let moved = _mm512_sub_epi8(x, _mm512_set1_epi8(low.cast_signed()));
            _mm512_cmple_epu8_mask(moved, _mm512_set1_epi8((high - low).cast_signed()))
        };
        let nibble = _mm512_set1_epi8(15);
        let powers = _mm512_broadcast_i32x4(_mm_setr_epi8(
            1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0,
        ));
        let low = _mm512_and_si512(x, nibble);
        let high = _mm512_and_si512(_mm512_srli_epi16(x, 4), nibble);
        let bit = _mm512_shuffle_epi8(powers, high);
        let in_set = |set: &[u8; 16]| {
            let set = _mm512_broadcast_i32x4(_mm_loadu_si128(set.as_ptr().cast()));
            _mm512_test_epi8_mask(_mm512_shuffle_epi8(set, low), bit)
        };
        let lower = _mm512_or_si512(x, _mm512_set1_epi8(0x20));
        Masks::new(
            [
                between(x, 0xE4, 0xE9),
                between(x, 0xE0, 0xEF),
                between(x, 0xC0, 0xFF),
            ],
            between(lower, b'a', b'z') | between(x, b'0', b'9'),
            sets.each_ref().map(in_set),
            carry,
        )
    }

    #[inline]
    #[target_feature(
        enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"
    )]
    unsafe fn push(mask: u64, base: u32, places: &mut [u32; ROOM], count: &mut usize) {
        debug_assert!(*count + BLOCK <= places.len());
        // Characters beyond ASCII have two bytes or more, so at most 32 begin in a block.
        debug_assert!(mask.count_ones() <= 32);
        let packed = _mm512_maskz_compress_epi8(mask, iota());
        places_of(packed, base, places.as_mut_ptr().add(*count));
        *count += mask.count_ones() as usize;
    }

    #[inline]
    #[target_feature(
        enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"
    )]
    unsafe fn three(block: &[u8; SEEN], mask: u64, kind: Kind, base: u32, row: &mut Row) {
        debug_assert!(row.count + BLOCK <= row.place.len() && mask.count_ones() <= 32);
        let start = block.as_ptr();
        // Three bytes a character, so that at most 22 begin in a block: half a register each.
        let byte = |from: usize| {
            let moved = _mm512_loadu_si512(start.add(from).cast());
            let packed = _mm512_maskz_compress_epi8(mask, moved);
            _mm512_cvtepu8_epi16(_mm512_castsi512_si256(packed))
        };
        let number = |n: u16| _mm512_set1_epi16(n.cast_signed());
        let (lead, second, third) = (byte(0), byte(1), byte(2));
        // Without the high bits of lead and trail bytes, which are always the same.
        let code = _mm512_add_epi16(
            _mm512_slli_epi16::<12>(lead),
            _mm512_add_epi16(_mm512_slli_epi16::<6>(second), third),
        );
        let constant = (0x80 << 6) + 0x80;
        let code = match kind {
            Kind::Han(pairs) => {
                let code = _mm512_sub_epi16(code, number(constant + HAN.start as u16));
                let flags = _pext_u64(pairs, mask) as u32;
                _mm512_or_si512(code, _mm512_maskz_mov_epi16(flags, number(super::PAIR)))
            }
            Kind::Other => _mm512_sub_epi16(code, number(constant)),
        };
        _mm512_storeu_si512(row.code.as_mut_ptr().add(row.count).cast(), code);
        let packed = _mm512_maskz_compress_epi8(mask, iota());
        places_of(packed, base, row.place.as_mut_ptr().add(row.count));
        row.count += mask.count_ones() as usize;
    }

    #[inline]
    #[target_feature(
        enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"
    )]
    unsafe fn words(block: &[u8; SEEN], mask: u64, base: u32, words: &mut Words) {
        debug_assert!(words.count + BLOCK <= words.place.len());
        let low = _mm512_loadu_si512(ASCII_CLASS.as_ptr().cast());
        let high = _mm512_loadu_si512(ASCII_CLASS.as_ptr().add(BLOCK).cast());
        let byte = |from: usize| {
            let x = _mm512_loadu_si512(block.as_ptr().add(from).cast());
            let class = _mm512_permutex2var_epi8(low, x, high);
            let beyond = _mm512_movepi8_mask(x);
            let class = _mm512_mask_mov_epi8(class, beyond, _mm512_set1_epi8(-0x80));
            _mm512_maskz_compress_epi8(mask, class)
        };
        let bytes = [byte(0), byte(1), byte(2), byte(3)];
        let places = _mm512_maskz_compress_epi8(mask, iota());
        let count = mask.count_ones() as usize;
        let mut stored = [[0u8; BLOCK]; 5];
        for (stored, bytes) in stored.iter_mut().zip(bytes.iter().chain([&places])) {
            _mm512_storeu_si512(stored.as_mut_ptr().cast(), *bytes);
        }
        for first in (0..count).step_by(16) {
            let part = |of: &[u8; BLOCK]| {
                _mm512_cvtepu8_epi32(_mm_loadu_si128(of.as_ptr().add(first).cast()))
            };
            let start = _mm512_or_si512(
                _mm512_or_si512(part(&stored[0]), _mm512_slli_epi32::<8>(part(&stored[1]))),
                _mm512_or_si512(
                    _mm512_slli_epi32::<16>(part(&stored[2])),
                    _mm512_slli_epi32::<24>(part(&stored[3])),
                ),
            );
            let at = words.count + first;
            _mm512_storeu_si512(words.start.as_mut_ptr().add(at).cast(), start);
            let base = _mm512_set1_epi32(base.cast_signed());
            let place = _mm512_add_epi32(part(&stored[4]), base);
            _mm512_storeu_si512(words.place.as_mut_ptr().add(at).cast(), place);
        }
        words.count += count;
    }

    #[inline]
    #[target_feature(
        enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"
    )]
    unsafe fn keep_pairs(row: &Row, ready: usize, index: &Index, kept: &mut [u16; ROOM]) -> usize {
        let mut count = 0;
        for at in (0..ready).step_by(16) {
            let hash = pair_hash(load(&row.folded, at), load(&row.folded, at + 1));
            let pass = test(&index.han, hash) & pairs_at(row, at);
            keep(pass & inside(ready, at), at, kept, &mut count);
        }
        count
    }

    #[inline]
    #[target_feature(
        enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"
    )]
    unsafe fn keep_sounds(row: &Row, ready: usize, bits: &Bits, kept: &mut [u16; ROOM]) -> usize {
        let mut count = 0;
        for at in (0..ready).step_by(16) {
            let [first, second, third] = [0, 1, 2].map(|next| load(&row.sound, at + next));
            let follows = pairs_at(row, at + 1);
            let third = _mm512_mask_mov_epi32(number(OPEN), follows, third);
            let hash = third_hash(pair_hash(first, second), third);
            let pass = test(bits, hash) & pairs_at(row, at);
            keep(pass & inside(ready, at), at, kept, &mut count);
        }
        count
    }
}

/// The same number sixteen times.
#[inline]
#[target_feature(enable = "avx512f")]
fn number(n: u32) -> __m512i {
    _mm512_set1_epi32(n.cast_signed())
}

/// Sixteen numbers from `at` on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn load(codes: &[u16; ROOM], at: usize) -> __m512i {
    _mm512_cvtepu16_epi32(_mm256_loadu_si256(codes.as_ptr().add(at).cast()))
}

/// Which of sixteen characters from `at` on are pairs.
#[inline]
#[target_feature(enable = "avx512bw,avx512vl")]
unsafe fn pairs_at(row: &Row, at: usize) -> u16 {
    _mm256_movepi16_mask(_mm256_loadu_si256(row.code.as_ptr().add(at).cast()))
}

/// Which of sixteen places from `at` on are before `ready`.
#[inline]
fn inside(ready: usize, at: usize) -> u16 {
    !0 >> 16usize.saturating_sub(ready - at).min(16)
}

/// [`super::pair_hash`] of sixteen.
#[inline]
#[target_feature(enable = "avx512f")]
fn pair_hash(first: __m512i, second: __m512i) -> __m512i {
    _mm512_add_epi32(
        _mm512_mullo_epi32(first, number(MIX[0])),
        _mm512_mullo_epi32(second, number(MIX[1])),
    )
}

/// [`super::third_hash`] of sixteen.
#[inline]
#[target_feature(enable = "avx512f")]
fn third_hash(pair: __m512i, third: __m512i) -> __m512i {
    let mixed = _mm512_xor_si512(pair, _mm512_srli_epi32::<15>(pair));
    _mm512_add_epi32(
        _mm512_mullo_epi32(mixed, number(MIX[1])),
        _mm512_mullo_epi32(third, number(MIX[2])),
    )
}

/// [`Bits::test`] of sixteen hashes.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn test(bits: &Bits, hash: __m512i) -> u16 {
    let bit = _mm512_srl_epi32(hash, _mm_cvtsi32_si128(bits.shift.cast_signed()));
    let words = bits.words.as_ptr();
    let word = _mm512_i32gather_epi32::<4>(_mm512_srli_epi32::<5>(bit), words.cast());
    // Only the lowest five bits of a count are looked at.
    let second = _mm512_srli_epi32::<SECOND_BIT>(hash);
    let both = _mm512_and_si512(
        _mm512_srlv_epi32(word, _mm512_and_si512(bit, number(31))),
        _mm512_srlv_epi32(word, _mm512_and_si512(second, number(31))),
    );
    _mm512_test_epi32_mask(both, number(1))
}

/// Writes `at` + the number of every bit of `pass` to `kept`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi2")]
unsafe fn keep(pass: u16, at: usize, kept: &mut [u16; ROOM], count: &mut usize) {
    let place = _mm256_add_epi16(_mm256_set1_epi16(at as i16), iota16());
    let packed = _mm256_maskz_compress_epi16(pass, place);
    _mm256_storeu_si256(kept.as_mut_ptr().add(*count).cast(), packed);
    *count += pass.count_ones() as usize;
}

/// The numbers of the bytes of a register.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn iota() -> __m512i {
    _mm512_set_epi8(
        63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
        40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
        17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
    )
}

/// The numbers of sixteen places.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn iota16() -> __m256i {
    _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
}

/// Writes `base` + each of the first 32 bytes to `out`.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn places_of(packed: __m512i, base: u32, out: *mut u32) {
    let base = _mm512_set1_epi32(base.cast_signed());
    let head = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed));
    _mm512_storeu_si512(out.cast(), _mm512_add_epi32(head, base));
    let tail = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<1>(packed));
    _mm512_storeu_si512(out.add(16).cast(), _mm512_add_epi32(tail, base));
}
