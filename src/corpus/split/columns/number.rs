//! Numbers and times of tables as text, as JSON would have them.

use std::fmt::{Display, Write as _};

use super::Wrote;

/// Appends an integer.
pub fn integer(value: i128, text: &mut String) -> Wrote {
    shown(Some(value), text)
}

/// Appends a number; nothing for those that JSON cannot write.
///
/// A whole number has no point: a table with gaps turns numbers of telephones into 13800138000.0.
pub fn float(value: f64, text: &mut String) -> Wrote {
    /// Beyond it, not every integer is one.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !value.is_finite() {
        return Wrote::TEXT;
    }
    if value.abs() < EXACT {
        shown(Some(value), text)
    } else {
        let _ = write!(text, "{value:e}");
        Wrote::TEXT
    }
}

/// Appends a number whose last `scale` digits are behind the point.
pub fn decimal(value: i128, scale: u32, text: &mut String) -> Wrote {
    if scale == 0 {
        return integer(value, text);
    }
    let digits = value.unsigned_abs().to_string();
    let scale = scale as usize;
    if scale > 76 {
        return Wrote::Binary;
    }
    if value < 0 {
        text.push('-');
    }
    let (whole, part) = digits.split_at(digits.len().saturating_sub(scale));
    text.push_str(if whole.is_empty() { "0" } else { whole });
    text.push('.');
    text.extend(std::iter::repeat_n('0', scale - part.len()));
    text.push_str(part);
    Wrote::TEXT
}

/// Appends a value, if there is one.
pub fn shown(value: Option<impl Display>, text: &mut String) -> Wrote {
    if let Some(value) = value {
        let _ = write!(text, "{value}");
    }
    Wrote::TEXT
}
