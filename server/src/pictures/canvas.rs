//! A picture under way: filled shapes and words, then PNG.

use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Transform};

use super::PictureError;
use super::letters::Letters;

/// What other sites show in full (Open Graph).
pub(super) const WIDTH: u16 = 1200;
/// What other sites show in full (Open Graph).
pub(super) const HEIGHT: u16 = 630;

/// Red, green and blue.
pub(super) type Rgb = (u8, u8, u8);

/// A picture under way.
pub(super) struct Canvas {
    pixels: Pixmap,
}

impl Canvas {
    pub(super) fn new((red, green, blue): Rgb) -> Self {
        let mut pixels = Pixmap::new(WIDTH.into(), HEIGHT.into()).expect("neither side is zero");
        pixels.fill(Color::from_rgba8(red, green, blue, 255));
        Self { pixels }
    }

    /// Fills a shape, moved and scaled.
    pub(super) fn fill_moved(&mut self, shape: &Path, rgb: Rgb, transform: Transform) {
        let mut paint = Paint::default();
        paint.set_color_rgba8(rgb.0, rgb.1, rgb.2, 255);
        paint.anti_alias = true;
        self.pixels
            .fill_path(shape, &paint, FillRule::Winding, transform, None);
    }

    /// Fills a rectangle whose corners are round.
    pub(super) fn block(
        &mut self,
        (x, y): (f32, f32),
        (width, height): (f32, f32),
        round: f32,
        rgb: Rgb,
    ) {
        if let Some(shape) = rounded(x, y, width, height, round) {
            self.fill_moved(&shape, rgb, Transform::identity());
        }
    }

    /// Writes a line that begins at `x` and stands on `baseline`.
    pub(super) fn write(
        &mut self,
        letters: &Letters,
        line: &str,
        (x, baseline): (f32, f32),
        rgb: Rgb,
    ) {
        if let Some(shape) = letters.shape(line, x, baseline) {
            self.fill_moved(&shape, rgb, Transform::identity());
        }
    }

    /// The picture as PNG.
    pub(super) fn into_png(self) -> Result<Vec<u8>, PictureError> {
        self.pixels
            .encode_png()
            .map_err(|error| PictureError::Failed {
                reason: error.to_string(),
            })
    }
}

fn rounded(x: f32, y: f32, width: f32, height: f32, round: f32) -> Option<Path> {
    let round = round.min(width / 2.0).min(height / 2.0);
    if round <= 0.0 {
        return Some(PathBuilder::from_rect(Rect::from_xywh(
            x, y, width, height,
        )?));
    }
    let (right, bottom) = (x + width, y + height);
    let mut path = PathBuilder::new();
    path.move_to(x + round, y);
    path.line_to(right - round, y);
    path.quad_to(right, y, right, y + round);
    path.line_to(right, bottom - round);
    path.quad_to(right, bottom, right - round, bottom);
    path.line_to(x + round, bottom);
    path.quad_to(x, bottom, x, bottom - round);
    path.line_to(x, y + round);
    path.quad_to(x, y, x + round, y);
    path.close();
    path.finish()
}
