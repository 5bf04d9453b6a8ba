//! Shapes from the straight lines of an SVG path: `M`, `L`, `H`, `V`, their relative forms, and `z`.

use tiny_skia::{Path, PathBuilder};

/// The shape of the `d` of an SVG path; `None` for one with anything but straight lines.
pub(super) fn parse(text: &str) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (mut x, mut y) = (0.0, 0.0);
    let mut start = (0.0, 0.0);
    let mut rest = text;
    while let Some(command) = rest.chars().next() {
        rest = &rest[command.len_utf8()..];
        let end = rest
            .find(|character: char| character.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        let numbers = numbers(&rest[..end])?;
        rest = &rest[end..];
        // A relative form counts from where the pen is.
        let (from_x, from_y) = if command.is_ascii_lowercase() {
            (x, y)
        } else {
            (0.0, 0.0)
        };
        match (command.to_ascii_uppercase(), numbers.as_slice()) {
            ('M', [to_x, to_y]) => {
                (x, y) = (from_x + to_x, from_y + to_y);
                start = (x, y);
                path.move_to(x, y);
            }
            ('H', [to]) => {
                x = from_x + to;
                path.line_to(x, y);
            }
            ('V', [to]) => {
                y = from_y + to;
                path.line_to(x, y);
            }
            ('L', points) if points.len() % 2 == 0 => {
                for point in points.chunks(2) {
                    let is_relative = command == 'l';
                    x = point[0] + if is_relative { x } else { 0.0 };
                    y = point[1] + if is_relative { y } else { 0.0 };
                    path.line_to(x, y);
                }
            }
            ('Z', []) => {
                (x, y) = start;
                path.close();
            }
            _ => return None,
        }
    }
    path.finish()
}

/// Numbers between spaces, commas and signs.
fn numbers(text: &str) -> Option<Vec<f32>> {
    text.replace('-', " -")
        .split([' ', ','])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_lines_reach_where_they_should() {
        let shape = parse("M12 2l10 10-10 10L2 12z").unwrap();
        let bounds = shape.bounds();
        let sides = (bounds.left(), bounds.top(), bounds.right(), bounds.bottom());
        assert_eq!(sides, (2.0, 2.0, 22.0, 22.0));
        assert!(parse("M0 0c1 1 2 2 3 3").is_none());
    }
}
