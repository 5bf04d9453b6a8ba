//! Letters as shapes, and lines that fit. The fonts have Latin, Greek and Cyrillic; what they lack is left out.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider as _};
use tiny_skia::{Path, PathBuilder};

/// What stands where a text was cut.
const CUT: char = '…';

static BOLD: LazyLock<FontRef<'static>> =
    LazyLock::new(|| parse(include_bytes!("fonts/InterDisplay-Bold.otf")));
static MEDIUM: LazyLock<FontRef<'static>> =
    LazyLock::new(|| parse(include_bytes!("fonts/Inter-Medium.otf")));

fn parse(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::new(bytes).expect("the font is part of this program")
}

/// A font at a size.
pub(super) struct Letters {
    font: &'static FontRef<'static>,
    /// The height of an em in pixels.
    pub(super) size: f32,
    /// What is between letters beyond what the font says, in pixels.
    tracking: f32,
}

impl Letters {
    /// For titles.
    pub(super) fn bold(size: f32) -> Self {
        Self {
            font: &BOLD,
            size,
            tracking: -0.015 * size,
        }
    }

    /// For everything else.
    pub(super) fn medium(size: f32) -> Self {
        Self {
            font: &MEDIUM,
            size,
            tracking: 0.0,
        }
    }

    /// A stranger's words in one line of at most so many characters: nothing that hides or turns text around, and
    /// nothing that these letters cannot show.
    pub(super) fn legible(&self, text: &str, most: usize) -> String {
        let charmap = self.font.charmap();
        let shown = |character: &char| {
            !hides(*character) && charmap.map(*character).is_some_and(|id| id.to_u32() > 0)
        };
        let mut line = String::new();
        for word in text.split_whitespace() {
            let word: String = word.chars().filter(shown).collect();
            if !line.is_empty() && !word.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
            if line.chars().count() > most {
                return line.chars().take(most).chain([CUT]).collect();
            }
        }
        line
    }

    /// How wide a line is, in pixels.
    pub(super) fn width(&self, line: &str) -> f32 {
        line.chars().map(|character| self.advance(character)).sum()
    }

    fn advance(&self, character: char) -> f32 {
        let metrics = self
            .font
            .glyph_metrics(Size::new(self.size), LocationRef::default());
        let glyph = self.font.charmap().map(character).unwrap_or_default();
        metrics.advance_width(glyph).unwrap_or_default() + self.tracking
    }

    /// The shape of a line that begins at `x` and stands on `baseline`; `None` for one that leaves no ink.
    pub(super) fn shape(&self, line: &str, x: f32, baseline: f32) -> Option<Path> {
        let (charmap, outlines) = (self.font.charmap(), self.font.outline_glyphs());
        let mut pen = Pen {
            path: PathBuilder::new(),
            x,
            baseline,
        };
        for character in line.chars() {
            let glyph = charmap.map(character).unwrap_or_default();
            if let Some(outline) = outlines.get(glyph) {
                let settings = DrawSettings::unhinted(Size::new(self.size), LocationRef::default());
                // A glyph that cannot be drawn leaves a gap.
                let _ = outline.draw(settings, &mut pen);
            }
            pen.x += self.advance(character);
        }
        pen.path.finish()
    }

    /// Breaks a text into at most `most` lines that are at most `width` wide. The last one says that it was cut.
    pub(super) fn wrap(&self, text: &str, width: f32, most: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let line = lines.last_mut().expect("there is always one");
            let joined = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if self.width(&joined) <= width {
                *line = joined;
                continue;
            }
            if !line.is_empty() {
                lines.push(String::new());
            }
            self.break_word(word, width, &mut lines);
            if lines.len() > most {
                break;
            }
        }
        if lines.len() > most {
            lines.truncate(most);
            let last = lines.last_mut().expect("most is not zero");
            self.cut(last, width);
        }
        lines
    }

    /// Puts a word that may be wider than a line behind the last, empty, line.
    fn break_word(&self, word: &str, width: f32, lines: &mut Vec<String>) {
        let mut used = 0.0;
        for character in word.chars() {
            let advance = self.advance(character);
            if used + advance > width {
                lines.push(String::new());
                used = 0.0;
            }
            used += advance;
            lines
                .last_mut()
                .expect("there is always one")
                .push(character);
        }
    }

    /// Takes letters away until the line with its mark is at most `width` wide.
    fn cut(&self, line: &mut String, width: f32) {
        while self.width(line) + self.advance(CUT) > width && line.pop().is_some() {}
        line.truncate(line.trim_end().len());
        line.push(CUT);
    }
}

/// Whether a character is not seen itself, whatever fonts say.
fn hides(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Moves outlines to their place; fonts count upwards, pictures downwards.
struct Pen {
    path: PathBuilder,
    x: f32,
    baseline: f32,
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, self.baseline - y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, self.baseline - y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        let (dx, dy) = (self.x, self.baseline);
        self.path.quad_to(dx + cx, dy - cy, dx + x, dy - y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        let (dx, dy) = (self.x, self.baseline);
        self.path
            .cubic_to(dx + ax, dy - ay, dx + bx, dy - by, dx + x, dy - y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_say_that_they_were_cut() {
        let letters = Letters::medium(36.0);
        for text in [
            "",
            "short",
            &"word ".repeat(100),
            &"w".repeat(500),
            "é 😀 ⟨",
        ] {
            let text = letters.legible(text, 300);
            let lines = letters.wrap(&text, 400.0, 3);
            assert!(lines.len() <= 3);
            assert!(
                lines.iter().all(|line| letters.width(line) <= 400.0),
                "{lines:?}"
            );
            let shown: usize = lines.iter().map(|line| line.chars().count()).sum();
            let is_whole = shown + lines.len() > text.chars().count();
            assert_eq!(
                lines.last().is_some_and(|line| line.ends_with(CUT)),
                !is_whole,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn what_hides_or_turns_text_around_is_left_out() {
        let letters = Letters::medium(36.0);
        let text = "a\u{202e}b\u{200b}c\n\n\u{7}d  𝒳e\u{feff}";
        assert_eq!(letters.legible(text, 300), "abc d e");
        assert_eq!(letters.legible("abcdef", 3), "abc…");
    }
}
