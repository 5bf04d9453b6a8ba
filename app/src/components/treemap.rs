//! Areas that show how large parts are, beside a table that says the same.

use std::cmp::Reverse;

use leptos::prelude::*;

use crate::{t, text};

/// The drawing's own width and height.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 420.0;
/// Parts smaller than this share of the whole get no words.
const MIN_WORDS: (f64, f64) = (90.0, 34.0);
/// About how wide a letter is.
const LETTER: f64 = 11.5;

/// A part to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    /// What it is called.
    pub(crate) name: String,
    /// How large it is, in bytes.
    pub(crate) bytes: u64,
    /// Several share it.
    pub(crate) is_shared: bool,
}

/// A part in its place.
#[derive(Clone, Debug, PartialEq)]
struct Placed {
    part: Part,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// The drawing. `label` says what it shows; a table beside it has the numbers.
#[component]
pub(crate) fn Treemap(parts: Vec<Part>, label: String) -> impl IntoView {
    let areas = place(parts)
        .into_iter()
        .enumerate()
        .map(|(index, placed)| view! { <Area placed paint=index % 4 /> })
        .collect_view();
    let view_box = format!("0 0 {WIDTH} {HEIGHT}");
    view! {
        <svg class="treemap" viewBox=view_box role="img" aria-label=label>
            {areas}
        </svg>
    }
}

#[component]
fn Area(placed: Placed, paint: usize) -> impl IntoView {
    let Placed {
        part,
        x,
        y,
        width,
        height,
    } = placed;
    let class = if part.is_shared {
        "treemap-area treemap-shared".to_owned()
    } else {
        format!("treemap-area treemap-{paint}")
    };
    let has_words = width >= MIN_WORDS.0 && height >= MIN_WORDS.1;
    let words = has_words.then(|| {
        let name = fitting(&part.name, width);
        let size = (height >= 2.0 * MIN_WORDS.1).then(|| {
            view! {
                <text class="treemap-size" x=number(x + 12.0) y=number(y + 42.0)>
                    {text::bytes(part.bytes)}
                </text>
            }
        });
        view! {
            <text class="treemap-name" x=number(x + 12.0) y=number(y + 14.0)>
                {name}
            </text>
            {size}
        }
    });
    let title = t!(
        "treemap-part",
        name = part.name,
        size = text::bytes(part.bytes)
    );
    view! {
        <g>
            <title>{title}</title>
            <rect
                class=class
                x=number(x)
                y=number(y)
                width=number(width)
                height=number(height)
                rx="4"
            />
            {words}
        </g>
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

/// As much of a name as is wide enough.
fn fitting(name: &str, width: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a width of at most a thousand"
    )]
    let letters = ((width - 24.0) / LETTER).max(1.0) as usize;
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    let mut fitting: String = name.chars().take(letters.saturating_sub(1)).collect();
    fitting.push('…');
    fitting
}

/// Places parts by their size (squarified: rows along the shorter side, as square as they get).
fn place(mut parts: Vec<Part>) -> Vec<Placed> {
    parts.retain(|part| part.bytes > 0);
    parts.sort_by_key(|part| Reverse(part.bytes));
    let total: f64 = parts.iter().map(|part| exact(part.bytes)).sum();
    let mut placed = Vec::with_capacity(parts.len());
    let (mut x, mut y, mut width, mut height) = (0.0, 0.0, WIDTH, HEIGHT);
    let mut rest = parts.as_slice();
    let area = |part: &Part| exact(part.bytes) / total * WIDTH * HEIGHT;
    while !rest.is_empty() {
        let side = f64::min(width, height);
        let mut count = 1;
        while count < rest.len()
            && worst(&rest[..=count], side, area) <= worst(&rest[..count], side, area)
        {
            count += 1;
        }
        let (row, others) = rest.split_at(count);
        let sum: f64 = row.iter().map(area).sum();
        let depth = if side > 0.0 { sum / side } else { 0.0 };
        let mut along = 0.0;
        for part in row {
            let length = if depth > 0.0 { area(part) / depth } else { 0.0 };
            placed.push(if width >= height {
                rect(part, x, y + along, depth, length)
            } else {
                rect(part, x + along, y, length, depth)
            });
            along += length;
        }
        if width >= height {
            x += depth;
            width -= depth;
        } else {
            y += depth;
            height -= depth;
        }
        rest = others;
    }
    placed
}

fn rect(part: &Part, x: f64, y: f64, width: f64, height: f64) -> Placed {
    Placed {
        part: part.clone(),
        x,
        y,
        width,
        height,
    }
}

/// How far the least square part of a row is from a square.
fn worst(row: &[Part], side: f64, area: impl Fn(&Part) -> f64) -> f64 {
    let sum: f64 = row.iter().map(&area).sum();
    let (sum, side) = (sum * sum, side * side);
    row.iter()
        .map(|part| {
            let area = area(part);
            f64::max(side * area / sum, sum / (side * area))
        })
        .fold(0.0, f64::max)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "areas are drawn, not reckoned with"
)]
const fn exact(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(sizes: &[u64]) -> Vec<Part> {
        let part = |bytes: &u64| Part {
            name: bytes.to_string(),
            bytes: *bytes,
            is_shared: false,
        };
        sizes.iter().map(part).collect()
    }

    #[test]
    fn areas_are_as_large_as_what_they_stand_for_and_fill_the_drawing() {
        let sizes = [
            6_000_000_000,
            6_000,
            4_000_000,
            3_000_000_000,
            2_000_000_000,
            1,
        ];
        let placed = place(parts(&sizes));
        assert_eq!(placed.len(), sizes.len());
        let total: f64 = sizes.iter().map(|size| exact(*size)).sum();
        for area in &placed {
            let expected = exact(area.part.bytes) / total * WIDTH * HEIGHT;
            let drawn = area.width * area.height;
            assert!((drawn - expected).abs() < 0.01, "{area:?}");
            assert!(
                area.x >= -0.01 && area.x + area.width <= WIDTH + 0.01,
                "{area:?}"
            );
            assert!(
                area.y >= -0.01 && area.y + area.height <= HEIGHT + 0.01,
                "{area:?}"
            );
        }
    }

    #[test]
    fn nothing_is_drawn_of_what_has_no_size() {
        assert_eq!(place(parts(&[])), []);
        assert_eq!(place(parts(&[0, 0])), []);
        assert_eq!(place(parts(&[0, 5])).len(), 1);
    }

    #[test]
    fn names_are_cut_to_their_area() {
        assert_eq!(fitting("short", 200.0), "short");
        assert_eq!(
            fitting("a-very-long-name-of-something", 140.0),
            "a-very-lo…"
        );
    }
}
