//! [`Limit`]: the names of the limits that keep hostile files from using up the machine. Their
//! values are [`Limits`](crate::corpus::Limits).

/// Which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `decoded_bytes`
    DecodedBytes,
    /// `ratio`
    Ratio,
    /// `nesting`
    Nesting,
    /// `members`
    Members,
    /// `json_depth`
    JsonDepth,
    /// `csv_columns`
    CsvColumns,
    /// `record_bytes`
    RecordBytes,
    /// `spool_bytes`
    SpoolBytes,
}

impl Limit {
    /// Every limit.
    pub const ALL: [Self; 8] = [
        Self::DecodedBytes,
        Self::Ratio,
        Self::Nesting,
        Self::Members,
        Self::JsonDepth,
        Self::CsvColumns,
        Self::RecordBytes,
        Self::SpoolBytes,
    ];

    /// The key in `[limits]`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DecodedBytes => "decoded_bytes",
            Self::Ratio => "ratio",
            Self::Nesting => "nesting",
            Self::Members => "members",
            Self::JsonDepth => "json_depth",
            Self::CsvColumns => "csv_columns",
            Self::RecordBytes => "record_bytes",
            Self::SpoolBytes => "spool_bytes",
        }
    }

    /// Stable reason code for tables.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::DecodedBytes => "limit-decoded-bytes",
            Self::Ratio => "limit-ratio",
            Self::Nesting => "limit-nesting",
            Self::Members => "limit-members",
            Self::JsonDepth => "limit-json-depth",
            Self::CsvColumns => "limit-csv-columns",
            Self::RecordBytes => "limit-record-bytes",
            Self::SpoolBytes => "limit-spool-bytes",
        }
    }

    /// What went over it.
    pub const fn what(self) -> &'static str {
        match self {
            Self::DecodedBytes => "it decodes to too many bytes",
            Self::Ratio => "it decodes to too many times its size",
            Self::Nesting => "too many archives inside each other",
            Self::Members => "too many files in its archives",
            Self::JsonDepth => "JSON is nested too deep",
            Self::CsvColumns => "a row has too many cells",
            Self::RecordBytes => "a record is too long to be held in memory",
            Self::SpoolBytes => "an archive inside it is too large to be set aside",
        }
    }

    /// The limit with this reason code.
    pub fn of_reason(reason: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.reason() == reason)
    }
}
