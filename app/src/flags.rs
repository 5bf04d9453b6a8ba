//! Signal flags: everybody and everything with a name has one, and the same name always has the same.

/// A flag on a field of 24 by 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The paint of the field, as style sheets name it: `paint-rust`.
    pub field: &'static str,
    /// The paint of the figure on it; never that of the field.
    pub figure: &'static str,
    /// The figure, as the `d` of an SVG path of straight lines.
    pub pattern: &'static str,
}

const PAINTS: [&str; 5] = [
    "paint-rust",
    "paint-sea",
    "paint-brass",
    "paint-foam",
    "paint-hull",
];

const PATTERNS: [&str; 8] = [
    "M0 0h12v24H0z",
    "M0 8h24v8H0z",
    "M9 0h6v9h9v6h-9v9H9v-9H0V9h9z",
    "M12 2l10 10-10 10L2 12z",
    "M0 0h12v12H0zM12 12h12v12H12z",
    "M0 0l24 24H0z",
    "M7 7h10v10H7z",
    "M0 0h6v24H0zM12 0h6v24h-6z",
];

impl Flag {
    /// The flag of a name.
    pub fn of(name: &str) -> Self {
        let number = scramble(name);
        let field = number % PAINTS.len();
        let figure = (field + 1 + number / 7 % (PAINTS.len() - 1)) % PAINTS.len();
        Self {
            field: PAINTS[field],
            figure: PAINTS[figure],
            pattern: PATTERNS[number / 64 % PATTERNS.len()],
        }
    }
}

/// Numbers that look random but belong to the name (FNV-1a).
fn scramble(name: &str) -> usize {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The last letters reach only the lowest bits; this spreads them (the finalizer of MurmurHash3).
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    usize::try_from(hash >> 34).unwrap_or_default()
}
