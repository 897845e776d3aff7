//! Sixty-four bytes at a time: where characters begin, and which Han pairs may begin a term.
//!
//! One way for every processor, and ways for those with wide registers, chosen when the matcher
//! is made. All give the same places; the tests hold them to it.

#![expect(unsafe_code, reason = "intrinsics; callers ask the processor first")]

use super::disguise::SoundFilter;
use super::index::{ALONE, Bits, Index, SECOND, SKIP, START, pair_hash};

/// Bytes looked at together; one bit each in a mask.
pub(super) const BLOCK: usize = 64;
/// Places gathered before they are looked up.
pub(super) const GATHER: usize = 1024;

/// What begins in a block, one bit a byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// Lead bytes E4–E9: almost all Han characters, and nothing else of weight.
    pub han: u64,
    /// Other lead bytes beyond ASCII.
    pub other: u64,
    /// ASCII characters that a term begins with, where a term may begin.
    pub ascii: u64,
    /// ASCII letters and digits.
    pub letters: u64,
    /// ASCII characters that begin a word, and a term in disguise.
    pub words: u64,
}

impl Masks {
    /// `sets`: ASCII characters in the sets of the index, those of [`Sets`].
    #[inline(always)]
    fn new(han: u64, lead: u64, letters: u64, sets: [u64; 3], carry: u64) -> Self {
        let after_letter = letters << 1 | carry;
        let [first, inside, words] = sets;
        Self {
            han,
            other: lead & !han,
            ascii: first & !(letters & after_letter) | inside,
            letters,
            words: words & !after_letter,
        }
    }
}

/// ASCII characters that terms begin with, that those begin with that may begin inside a word, and
/// that words in disguise begin with; each as [`Index::ascii`].
pub(super) type Sets = [[u8; 16]; 3];

/// A way to look at blocks.
pub(super) trait Blocks {
    /// The masks of a block; `carry` is 1 if a letter or digit ends the block before.
    ///
    /// # Safety
    ///
    /// The processor must have what the way is named after.
    unsafe fn masks(block: &[u8; BLOCK], sets: &Sets, carry: u64) -> Masks;

    /// Appends `base` + every place in `mask` to `places`, which has room for [`BLOCK`] more.
    ///
    /// # Safety
    ///
    /// As [`Blocks::masks`].
    unsafe fn push(mask: u64, base: u32, places: &mut [u32], count: &mut usize);

    /// Keeps the places at which the bits of a Han pair are set; returns how many.
    ///
    /// # Safety
    ///
    /// As [`Blocks::masks`]; and at every place six bytes of `text` follow.
    unsafe fn keep(text: &[u8], bits: &Bits, places: &mut [u32]) -> usize;

    /// Copies the places of Han pairs that may begin a term in disguise to `kept`, which is longer
    /// by [`BLOCK`]; returns how many.
    ///
    /// # Safety
    ///
    /// As [`Blocks::keep`].
    unsafe fn keep_sounds(
        text: &[u8],
        filter: &SoundFilter,
        places: &[u32],
        kept: &mut [u32],
    ) -> usize;

    /// Keeps the places at which [`may_begin`]; returns how many.
    ///
    /// # Safety
    ///
    /// As [`Blocks::masks`]; and a character begins at every place.
    unsafe fn keep_singles(text: &[u8], index: &Index, places: &mut [u32]) -> usize;
}

/// A character with its class and length; beyond the basic plane anything is possible.
#[inline(always)]
fn class_of(text: &[u8], index: &Index) -> (u8, usize) {
    match text[0] {
        byte @ 0..=0x7F => (index.class[usize::from(byte)], 1),
        0xC0..=0xDF => (index.class[two_bytes(text) as usize], 2),
        0xE0..=0xEF => (index.class[three_bytes(text) as usize], 3),
        _ => (!0, 4),
    }
}

/// Whether a term may begin at `at`, by the classes of this character and the next.
#[inline(always)]
fn may_begin(text: &[u8], index: &Index, at: usize) -> bool {
    let (own, length) = class_of(&text[at..], index);
    if own & START == 0 {
        return false;
    }
    let rest = &text[at + length..];
    own & ALONE != 0 || !rest.is_empty() && class_of(rest, index).0 & (SECOND | SKIP) != 0
}

/// The code of a character of three bytes.
#[inline(always)]
pub(super) fn three_bytes(bytes: &[u8]) -> u32 {
    u32::from(bytes[0] & 15) << 12 | u32::from(bytes[1] & 63) << 6 | u32::from(bytes[2] & 63)
}

/// The code of a character of two bytes.
#[inline(always)]
pub(super) fn two_bytes(bytes: &[u8]) -> u32 {
    u32::from(bytes[0] & 31) << 6 | u32::from(bytes[1] & 63)
}

/// [`Blocks::keep_singles`] one by one, from the place with number `first`, behind `kept`.
#[inline(always)]
fn keep_singles(
    text: &[u8],
    index: &Index,
    places: &mut [u32],
    first: usize,
    mut kept: usize,
) -> usize {
    for at in first..places.len() {
        let place = places[at];
        places[kept] = place;
        kept += usize::from(may_begin(text, index, place as usize));
    }
    kept
}

/// [`Blocks::keep_sounds`] one by one, behind `count`.
#[inline(always)]
fn keep_sounds(
    text: &[u8],
    filter: &SoundFilter,
    places: &[u32],
    kept: &mut [u32],
    mut count: usize,
) -> usize {
    for place in places {
        let at = *place as usize;
        kept[count] = *place;
        let pass = filter.test(three_bytes(&text[at..]), three_bytes(&text[at + 3..]));
        count += pass as usize;
    }
    count
}

/// For every processor.
pub(super) struct Portable;

impl Blocks for Portable {
    #[inline(always)]
    unsafe fn masks(block: &[u8; BLOCK], sets: &Sets, carry: u64) -> Masks {
        let (mut han, mut lead, mut letters, mut in_sets) = (0, 0, 0, [0; 3]);
        for (place, byte) in block.iter().enumerate() {
            let bit = |set: bool| u64::from(set) << place;
            han |= bit((0xE4..=0xE9).contains(byte));
            lead |= bit(*byte >= 0xC0);
            letters |= bit(byte.is_ascii_alphanumeric());
            for (all, set) in in_sets.iter_mut().zip(sets) {
                let is_in = *byte < 0x80 && set[usize::from(byte & 15)] >> (byte >> 4) & 1 == 1;
                *all |= bit(is_in);
            }
        }
        Masks::new(han, lead, letters, in_sets, carry)
    }

    #[inline(always)]
    unsafe fn push(mut mask: u64, base: u32, places: &mut [u32], count: &mut usize) {
        while mask != 0 {
            places[*count] = base + mask.trailing_zeros();
            *count += 1;
            mask &= mask - 1;
        }
    }

    #[inline(always)]
    unsafe fn keep(text: &[u8], bits: &Bits, places: &mut [u32]) -> usize {
        let mut kept = 0;
        for at in 0..places.len() {
            let place = places[at];
            places[kept] = place;
            let six = &text[place as usize..place as usize + 6];
            let part = |from: usize| {
                u32::from_le_bytes(six[from..from + 4].try_into().expect("four bytes"))
            };
            kept += bits.test(pair_hash(part(0), part(2))) as usize;
        }
        kept
    }

    #[inline(always)]
    unsafe fn keep_sounds(
        text: &[u8],
        filter: &SoundFilter,
        places: &[u32],
        kept: &mut [u32],
    ) -> usize {
        keep_sounds(text, filter, places, kept, 0)
    }

    #[inline(always)]
    unsafe fn keep_singles(text: &[u8], index: &Index, places: &mut [u32]) -> usize {
        keep_singles(text, index, places, 0, 0)
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    #![allow(
        unsafe_op_in_unsafe_fn,
        reason = "every line of these functions is an intrinsic under the same condition"
    )]

    use std::arch::x86_64::*;

    use super::super::index::{PAIR_MIX, pair_hash};
    use super::{
        ALONE, BLOCK, Bits, Blocks, Index, Masks, Portable, SECOND, SKIP, START, Sets, SoundFilter,
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
            1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128, 0,
            0, 0, 0, 0, 0, 0, 0,
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
            Masks::new(
                bits(between(a, 0xE4, 0xE9), between(b, 0xE4, 0xE9)),
                bits(between(a, 0xC0, 0xFF), between(b, 0xC0, 0xFF)),
                bits(letters(a), letters(b)),
                in_sets,
                carry,
            )
        }

        #[inline]
        #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
        unsafe fn push(mask: u64, base: u32, places: &mut [u32], count: &mut usize) {
            Portable::push(mask, base, places, count);
        }

        #[inline]
        #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
        unsafe fn keep(text: &[u8], bits: &Bits, places: &mut [u32]) -> usize {
            let mut kept = 0;
            for at in 0..places.len() {
                let place = *places.get_unchecked(at);
                *places.get_unchecked_mut(kept) = place;
                kept += test(bits, text.as_ptr().add(place as usize)) as usize;
            }
            kept
        }

        #[inline]
        #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
        unsafe fn keep_sounds(
            text: &[u8],
            filter: &SoundFilter,
            places: &[u32],
            kept: &mut [u32],
        ) -> usize {
            super::keep_sounds(text, filter, places, kept, 0)
        }

        #[inline]
        #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
        unsafe fn keep_singles(text: &[u8], index: &Index, places: &mut [u32]) -> usize {
            super::keep_singles(text, index, places, 0, 0)
        }
    }

    /// The bit of the pair in the six bytes from `start`.
    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    unsafe fn test(bits: &Bits, start: *const u8) -> u32 {
        let low = start.cast::<u32>().read_unaligned();
        let high = start.add(2).cast::<u32>().read_unaligned();
        bits.test(pair_hash(low, high))
    }

    /// Needs AVX-512 F, BW, DQ, VL and VBMI2, and AVX2 and BMI.
    pub struct Avx512;

    impl Blocks for Avx512 {
        #[inline]
        #[target_feature(
            enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2"
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
                between(x, 0xE4, 0xE9),
                between(x, 0xC0, 0xFF),
                between(lower, b'a', b'z') | between(x, b'0', b'9'),
                sets.each_ref().map(in_set),
                carry,
            )
        }

        #[inline]
        #[target_feature(
            enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2"
        )]
        unsafe fn push(mask: u64, base: u32, places: &mut [u32], count: &mut usize) {
            debug_assert!(*count + BLOCK <= places.len());
            let iota = _mm512_set_epi8(
                63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43,
                42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22,
                21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
            );
            let packed = _mm512_maskz_compress_epi8(mask, iota);
            let base = _mm512_set1_epi32(base.cast_signed());
            let out = places.as_mut_ptr().add(*count);
            // Characters beyond ASCII have two bytes or more, so at most 32 begin in a block.
            debug_assert!(mask.count_ones() <= 32);
            let head = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed));
            _mm512_storeu_si512(out.cast(), _mm512_add_epi32(head, base));
            let tail = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32::<1>(packed));
            _mm512_storeu_si512(out.add(16).cast(), _mm512_add_epi32(tail, base));
            *count += mask.count_ones() as usize;
        }

        #[inline]
        #[target_feature(
            enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2"
        )]
        unsafe fn keep(text: &[u8], bits: &Bits, places: &mut [u32]) -> usize {
            let mut kept = 0;
            let whole = places.len() / 16 * 16;
            let (mix_low, mix_high) = (
                _mm512_set1_epi32(PAIR_MIX[0].cast_signed()),
                _mm512_set1_epi32(PAIR_MIX[1].cast_signed()),
            );
            let shift = _mm_cvtsi32_si128(bits.shift.cast_signed());
            for at in (0..whole).step_by(16) {
                let place = _mm512_loadu_si512(places.as_ptr().add(at).cast());
                let low = _mm512_i32gather_epi32::<1>(place, text.as_ptr().cast());
                let high = _mm512_i32gather_epi32::<1>(place, text.as_ptr().add(2).cast());
                let hash = _mm512_add_epi32(
                    _mm512_mullo_epi32(low, mix_low),
                    _mm512_mullo_epi32(high, mix_high),
                );
                let index = _mm512_srl_epi32(hash, shift);
                let word = _mm512_i32gather_epi32::<4>(
                    _mm512_srli_epi32::<5>(index),
                    bits.words.as_ptr().cast(),
                );
                let bit = _mm512_sllv_epi32(
                    _mm512_set1_epi32(1),
                    _mm512_and_si512(index, _mm512_set1_epi32(31)),
                );
                let pass = _mm512_test_epi32_mask(word, bit);
                // Never ahead of what was read: as many or fewer have been kept.
                let packed = _mm512_maskz_compress_epi32(pass, place);
                _mm512_storeu_si512(places.as_mut_ptr().add(kept).cast(), packed);
                kept += pass.count_ones() as usize;
            }
            for at in whole..places.len() {
                let place = places[at];
                places[kept] = place;
                kept += test(bits, text.as_ptr().add(place as usize)) as usize;
            }
            kept
        }

        #[inline]
        #[target_feature(
            enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2"
        )]
        unsafe fn keep_sounds(
            text: &[u8],
            filter: &SoundFilter,
            places: &[u32],
            kept: &mut [u32],
        ) -> usize {
            debug_assert!(kept.len() >= places.len() + BLOCK);
            let whole = places.len() / 16 * 16;
            let number = |n: u32| _mm512_set1_epi32(n.cast_signed());
            let class = filter.class.as_ptr();
            // The class of the character whose three bytes begin `shift` bits up in each number.
            let class_of = |bytes: __m512i| {
                let part = |shifted: __m512i, low: u32| _mm512_and_si512(shifted, number(low));
                let code = _mm512_or_si512(
                    _mm512_slli_epi32::<12>(part(bytes, 0x0F)),
                    _mm512_or_si512(
                        _mm512_slli_epi32::<6>(part(_mm512_srli_epi32::<8>(bytes), 0x3F)),
                        part(_mm512_srli_epi32::<16>(bytes), 0x3F),
                    ),
                );
                let place = _mm512_sub_epi32(code, number(super::super::index::HAN.start));
                let found = _mm512_i32gather_epi32::<1>(place, class.cast());
                part(found, 0xFF)
            };
            let mut count = 0;
            for at in (0..whole).step_by(16) {
                let place = _mm512_loadu_si512(places.as_ptr().add(at).cast());
                let low = _mm512_i32gather_epi32::<1>(place, text.as_ptr().cast());
                let high = _mm512_i32gather_epi32::<1>(place, text.as_ptr().add(2).cast());
                let first = class_of(low);
                let second = class_of(_mm512_srli_epi32::<8>(high));
                let index = _mm512_or_si512(_mm512_slli_epi32::<8>(first), second);
                let word = _mm512_i32gather_epi32::<4>(
                    _mm512_srli_epi32::<5>(index),
                    filter.pairs.as_ptr().cast(),
                );
                let bit = _mm512_sllv_epi32(number(1), _mm512_and_si512(index, number(31)));
                let pass = _mm512_test_epi32_mask(word, bit);
                let packed = _mm512_maskz_compress_epi32(pass, place);
                _mm512_storeu_si512(kept.as_mut_ptr().add(count).cast(), packed);
                count += pass.count_ones() as usize;
            }
            super::keep_sounds(text, filter, &places[whole..], kept, count)
        }

        #[inline]
        #[target_feature(
            enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2"
        )]
        unsafe fn keep_singles(text: &[u8], index: &Index, places: &mut [u32]) -> usize {
            // Two characters of four bytes are loaded, so the last places wait for the slow way.
            let safe = text.len().saturating_sub(8);
            let near_end = places.partition_point(|place| (*place as usize) < safe);
            let whole = near_end / 16 * 16;
            let class = index.class.as_ptr();
            let number = |n: u32| _mm512_set1_epi32(n.cast_signed());
            // Class in the low byte; all set beyond the basic plane; and the length.
            let class_of = |at: __m512i, wanted: __mmask16| {
                let bytes =
                    _mm512_mask_i32gather_epi32::<1>(number(0), wanted, at, text.as_ptr().cast());
                let lead = _mm512_and_si512(bytes, number(0xFF));
                let beyond = _mm512_cmpge_epu32_mask(lead, number(0xF0));
                let three = _mm512_cmpge_epu32_mask(lead, number(0xE0));
                let ascii = _mm512_cmplt_epu32_mask(lead, number(0x80));
                let second = _mm512_and_si512(_mm512_srli_epi32::<8>(bytes), number(0x3F));
                let third = _mm512_and_si512(_mm512_srli_epi32::<16>(bytes), number(0x3F));
                let code_two = _mm512_or_si512(
                    _mm512_slli_epi32::<6>(_mm512_and_si512(lead, number(0x1F))),
                    second,
                );
                let code_three = _mm512_or_si512(
                    _mm512_slli_epi32::<12>(_mm512_and_si512(lead, number(0x0F))),
                    _mm512_or_si512(_mm512_slli_epi32::<6>(second), third),
                );
                let code = _mm512_mask_mov_epi32(code_two, three, code_three);
                let code = _mm512_mask_mov_epi32(code, ascii, lead);
                let found = _mm512_mask_i32gather_epi32::<1>(
                    number(0xFF),
                    wanted & !beyond,
                    code,
                    class.cast(),
                );
                let length = _mm512_mask_mov_epi32(number(2), three, number(3));
                let length = _mm512_mask_mov_epi32(length, beyond, number(4));
                (found, _mm512_mask_mov_epi32(length, ascii, number(1)))
            };
            let mut kept = 0;
            for at in (0..whole).step_by(16) {
                let place = _mm512_loadu_si512(places.as_ptr().add(at).cast());
                let (own, length) = class_of(place, !0);
                let start = _mm512_test_epi32_mask(own, number(START.into()));
                let alone = _mm512_test_epi32_mask(own, number(ALONE.into()));
                let (next, _) = class_of(_mm512_add_epi32(place, length), start);
                let follows = _mm512_test_epi32_mask(next, number((SECOND | SKIP).into()));
                let pass = start & (alone | follows);
                let packed = _mm512_maskz_compress_epi32(pass, place);
                _mm512_storeu_si512(places.as_mut_ptr().add(kept).cast(), packed);
                kept += pass.count_ones() as usize;
            }
            super::keep_singles(text, index, places, whole, kept)
        }
    }
}
