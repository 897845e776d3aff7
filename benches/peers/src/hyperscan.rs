//! The five functions of Hyperscan that a literal search needs.

use std::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};
use std::ptr;

const HS_MODE_BLOCK: c_uint = 1;
const HS_FLAG_SOM_LEFTMOST: c_uint = 256;

type OnMatch = unsafe extern "C" fn(c_uint, c_ulonglong, c_ulonglong, c_uint, *mut c_void) -> c_int;

#[link(name = "hs")]
unsafe extern "C" {
    fn hs_compile_lit_multi(
        expressions: *const *const c_char,
        flags: *const c_uint,
        ids: *const c_uint,
        lens: *const usize,
        elements: c_uint,
        mode: c_uint,
        platform: *const c_void,
        db: *mut *mut c_void,
        error: *mut *mut c_void,
    ) -> c_int;
    fn hs_alloc_scratch(db: *const c_void, scratch: *mut *mut c_void) -> c_int;
    fn hs_database_size(db: *const c_void, size: *mut usize) -> c_int;
    fn hs_scan(
        db: *const c_void,
        data: *const c_char,
        length: c_uint,
        flags: c_uint,
        scratch: *mut c_void,
        on_match: OnMatch,
        context: *mut c_void,
    ) -> c_int;
}

pub struct Hyperscan {
    db: *mut c_void,
    scratch: *mut c_void,
}

impl Hyperscan {
    pub fn new(terms: &[String]) -> Self {
        let pointers: Vec<*const c_char> = terms.iter().map(|t| t.as_ptr().cast()).collect();
        let lengths: Vec<usize> = terms.iter().map(String::len).collect();
        let ids: Vec<c_uint> = (0..terms.len() as c_uint).collect();
        // Starts are not asked for: they would slow it down, and follow from the lengths.
        let flags = vec![0 & HS_FLAG_SOM_LEFTMOST; terms.len()];
        let (mut db, mut scratch, mut error) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: as the library's manual says; all arrays have one element a term.
        unsafe {
            let code = hs_compile_lit_multi(
                pointers.as_ptr(),
                flags.as_ptr(),
                ids.as_ptr(),
                lengths.as_ptr(),
                terms.len() as c_uint,
                HS_MODE_BLOCK,
                ptr::null(),
                &mut db,
                &mut error,
            );
            assert_eq!(code, 0, "hs_compile_lit_multi");
            assert_eq!(hs_alloc_scratch(db, &mut scratch), 0, "hs_alloc_scratch");
        }
        Self { db, scratch }
    }

    pub fn bytes(&self) -> usize {
        let mut size = 0;
        // SAFETY: the database lives as long as this.
        assert_eq!(unsafe { hs_database_size(self.db, &mut size) }, 0);
        size
    }

    /// Calls `found` with the term and its end.
    pub fn find(&self, text: &str, mut found: impl FnMut(u32, u64)) {
        unsafe extern "C" fn on_match<F: FnMut(u32, u64)>(
            id: c_uint,
            _from: c_ulonglong,
            to: c_ulonglong,
            _flags: c_uint,
            context: *mut c_void,
        ) -> c_int {
            // SAFETY: `context` is the closure below.
            unsafe { (*context.cast::<F>())(id, to) };
            0
        }
        fn scan<F: FnMut(u32, u64)>(hs: &Hyperscan, text: &str, found: &mut F) {
            // SAFETY: as the library's manual says; scratch is used by one thread.
            let code = unsafe {
                hs_scan(
                    hs.db,
                    text.as_ptr().cast(),
                    text.len() as c_uint,
                    0,
                    hs.scratch,
                    on_match::<F>,
                    ptr::from_mut(found).cast(),
                )
            };
            assert_eq!(code, 0, "hs_scan");
        }
        scan(self, text, &mut found);
    }
}
