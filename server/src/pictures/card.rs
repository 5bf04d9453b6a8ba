//! What the pictures show.

use tiny_skia::Transform;

use super::canvas::{Canvas, HEIGHT, Rgb, WIDTH};
use super::letters::Letters;
use super::{PictureError, outline};

// As in `style/main.css`, by day.
const GROUND: Rgb = (0xf4, 0xf6, 0xf5);
const SUNKEN: Rgb = (0xe1, 0xe9, 0xe8);
const INK: Rgb = (0x0f, 0x24, 0x30);
const INK_SOFT: Rgb = (0x43, 0x59, 0x63);
const ACCENT: Rgb = (0xb2, 0x40, 0x0f);
const RUST: Rgb = (0xc9, 0x57, 0x2a);
const SEA: Rgb = (0x14, 0x70, 0x8a);
const BRASS: Rgb = (0xe0, 0xa5, 0x26);
const FOAM: Rgb = (0x8f, 0xc7, 0xc4);
const HULL: Rgb = (0x16, 0x31, 0x3f);

const MARGIN: f32 = 80.0;
const INNER: f32 = 1040.0;
/// Platforms that are named; the others are counted.
const MAX_PLATFORMS: usize = 4;
/// Between the words of a platform and the ends of its frame, both together.
const CHIP_INSIDE: f32 = 32.0;
const CHIP_GAP: f32 = 12.0;
/// More of what stands beside the platforms is not looked at, in characters.
const MAX_FACTS: usize = 60;
/// More of a text is not looked at, in characters.
const MAX_TEXT: usize = 300;

/// A repository, as its picture shows it. Words of strangers are cut and cleaned when they are drawn.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RepositoryCard {
    /// Whose it is.
    pub owner: String,
    /// The name below theirs.
    pub path: String,
    /// One line about it.
    pub description: String,
    /// What its images run on.
    pub platforms: Vec<String>,
    /// Size, last push, and the like.
    pub facts: Vec<String>,
    /// Its signal flag: the paints of field and figure (`paint-rust`), and the figure on a field of 24 by 24.
    pub flag: (&'static str, &'static str, &'static str),
}

impl RepositoryCard {
    pub(super) fn draw(&self) -> Result<Vec<u8>, PictureError> {
        let mut canvas = harbour();
        sign(&mut canvas, (918.0, 72.0));
        let size = 144.0;
        let (field, figure, pattern) = self.flag;
        canvas.block((MARGIN, 72.0), (size, size), 6.0, paint(field));
        if let Some(shape) = outline::parse(pattern) {
            let scale = size / 24.0;
            let place = Transform::from_row(scale, 0.0, 0.0, scale, MARGIN, 72.0);
            canvas.fill_moved(&shape, paint(figure), place);
        }
        let beside = MARGIN + size + 32.0;
        let letters = Letters::medium(34.0);
        let owner = letters.wrap(&letters.legible(&self.owner, MAX_TEXT), 620.0, 1);
        canvas.write(&letters, &owner[0], (beside, 112.0), ACCENT);
        let name_lines = self.draw_name(&mut canvas, beside);
        self.draw_description(&mut canvas, name_lines);
        self.draw_facts(&mut canvas);
        canvas.into_png()
    }

    /// As large as it fits in one line, else in two. Returns how many lines it has.
    fn draw_name(&self, canvas: &mut Canvas, x: f32) -> usize {
        let width = MARGIN + INNER - x;
        let path = Letters::bold(1.0).legible(&self.path, MAX_TEXT);
        let letters = [84.0, 72.0, 60.0, 50.0]
            .map(Letters::bold)
            .into_iter()
            .find(|letters| letters.width(&path) <= width)
            .unwrap_or_else(|| Letters::bold(50.0));
        let lines = letters.wrap(&path, width, 2);
        let mut baseline = 196.0;
        for line in &lines {
            canvas.write(&letters, line, (x, baseline), INK);
            baseline += 60.0;
        }
        lines.len()
    }

    /// In the room that the name leaves.
    fn draw_description(&self, canvas: &mut Canvas, name_lines: usize) {
        let (mut baseline, most) = if name_lines > 1 {
            (340.0, 2)
        } else {
            (300.0, 3)
        };
        let letters = Letters::medium(36.0);
        let text = letters.legible(&self.description, MAX_TEXT);
        for line in letters.wrap(&text, INNER, most) {
            canvas.write(&letters, &line, (MARGIN, baseline), INK_SOFT);
            baseline += 50.0;
        }
    }

    /// Platforms in frames, as many as leave room for the rest.
    fn draw_facts(&self, canvas: &mut Canvas) {
        let (letters, baseline) = (Letters::medium(26.0), 490.0);
        let facts = letters.legible(&self.facts.join("  ·  "), MAX_FACTS);
        let room = INNER - letters.width(&facts);
        let mut shown = Vec::new();
        for count in (0..=self.platforms.len().min(MAX_PLATFORMS)).rev() {
            shown = self.chips(&letters, count);
            let wide = |chip: &String| letters.width(chip) + CHIP_INSIDE + CHIP_GAP;
            if shown.iter().map(wide).sum::<f32>() + CHIP_GAP <= room {
                break;
            }
        }
        let mut x = MARGIN;
        for chip in &shown {
            let width = letters.width(chip) + CHIP_INSIDE;
            canvas.block((x, baseline - 36.0), (width, 52.0), 10.0, SUNKEN);
            canvas.write(&letters, chip, (x + CHIP_INSIDE / 2.0, baseline), INK);
            x += width + CHIP_GAP;
        }
        let x = if shown.is_empty() { x } else { x + CHIP_GAP };
        canvas.write(&letters, &facts, (x, baseline), INK_SOFT);
    }

    /// The first platforms, and how many more there are.
    fn chips(&self, letters: &Letters, count: usize) -> Vec<String> {
        let named = self.platforms.iter().take(count);
        let more = self.platforms.len() - count;
        named
            .map(|platform| letters.legible(platform, 16))
            .chain((more > 0).then(|| format!("+{more}")))
            .collect()
    }
}

/// The picture of pages that are about no repository.
pub(super) fn site() -> Result<Vec<u8>, PictureError> {
    let mut canvas = harbour();
    sign(&mut canvas, (MARGIN, 72.0));
    let letters = Letters::bold(88.0);
    canvas.write(&letters, "Ship images under", (MARGIN, 250.0), INK);
    canvas.write(&letters, "your own name", (MARGIN, 350.0), INK);
    let letters = Letters::medium(36.0);
    let line = "A container registry on the AT Protocol";
    canvas.write(&letters, line, (MARGIN, 440.0), INK_SOFT);
    canvas.into_png()
}

/// Ground, the band of paint along the quay, and a row of containers.
fn harbour() -> Canvas {
    let mut canvas = Canvas::new(GROUND);
    let (width, height) = (f32::from(WIDTH), f32::from(HEIGHT));
    for (number, rgb) in (0_u8..).zip([RUST, BRASS, FOAM, SEA]) {
        let quarter = width / 4.0;
        canvas.block(
            (f32::from(number) * quarter, 0.0),
            (quarter, 12.0),
            0.0,
            rgb,
        );
    }
    canvas.block((0.0, height - 22.0), (width, 22.0), 0.0, HULL);
    let paints = [SEA, BRASS, RUST, FOAM, RUST, SEA, FOAM, BRASS, SEA, RUST];
    for (number, rgb) in (0_u8..).zip(paints) {
        let x = MARGIN + f32::from(number) * 104.4;
        canvas.block((x, height - 74.0), (100.0, 48.0), 5.0, rgb);
        for rib in 1_u8..8 {
            let x = x + f32::from(rib) * 12.5 - 1.5;
            canvas.block((x, height - 65.0), (3.0, 30.0), 1.5, darker(rgb));
        }
    }
    canvas
}

/// The mark and the name.
fn sign(canvas: &mut Canvas, (x, y): (f32, f32)) {
    for (place, rgb) in [
        ((0.0, 0.0), RUST),
        ((0.0, 20.0), SEA),
        ((20.0, 20.0), BRASS),
    ] {
        canvas.block((x + place.0, y + place.1), (17.0, 17.0), 3.0, rgb);
    }
    canvas.write(&Letters::bold(32.0), "Longshore", (x + 52.0, y + 31.0), INK);
}

fn darker((red, green, blue): Rgb) -> Rgb {
    let darker = |part: u8| part - part / 6;
    (darker(red), darker(green), darker(blue))
}

fn paint(name: &str) -> Rgb {
    match name {
        "paint-rust" => RUST,
        "paint-sea" => SEA,
        "paint-brass" => BRASS,
        "paint-foam" => FOAM,
        _ => HULL,
    }
}
