//! Numbers of bytes, as people read them.

/// A number of bytes as people read it, in decimal units: `1.2 GB`.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    // Tenths of a unit, rounded down, so that nothing looks larger than it is.
    let mut tenths = bytes / 100;
    let mut units = UNITS.iter();
    let mut unit = units.next().expect("there are units");
    while tenths >= 10_000 {
        tenths /= 1000;
        unit = units.next().unwrap_or(unit);
    }
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {unit}"),
        (whole, tenth) => format!("{whole}.{tenth} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_in_decimal_units() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 kB"),
            (1234, "1.2 kB"),
            (999_999, "999.9 kB"),
            (5_000_000_000, "5 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(human_bytes(bytes), text);
        }
    }
}
