//! Two lines over the days: how much there was, and how much of it was used.

use leptos::prelude::*;

use crate::api::hold::usage::Sample;
use crate::{t, text};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 260.0;
/// Room at the top and the bottom.
const MARGIN: f64 = 12.0;

/// The drawing. `label` says what it shows. With fewer than two samples there is nothing to draw.
#[expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]
#[component]
pub(crate) fn Growth(samples: Vec<Sample>, label: String) -> impl IntoView {
    let most = samples
        .iter()
        .map(|sample| sample.stored.max(sample.used))
        .max()
        .unwrap_or_default();
    let stored = line(&samples, most, |sample| sample.stored);
    let used = line(&samples, most, |sample| sample.used);
    let area = format!("{used} {WIDTH},{HEIGHT} 0,{HEIGHT}");
    let view_box = format!("0 0 {WIDTH} {HEIGHT}");
    view! {
        <svg class="growth" viewBox=view_box role="img" aria-label=label preserveAspectRatio="none">
            <polygon class="growth-area" points=area />
            <polyline class="growth-used" points=used />
            <polyline class="growth-stored" points=stored />
        </svg>
        <p class="growth-legend">
            <span class="growth-key growth-key-stored">{t!("growth-stored")}</span>
            <span class="growth-key growth-key-used">{t!("growth-used")}</span>
            <span class="note">{t!("growth-top", size = text::bytes(most))}</span>
        </p>
    }
}

/// Points from left to right; days without a sample are as far apart as they are.
fn line(samples: &[Sample], most: u64, value: impl Fn(&Sample) -> u64) -> String {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return String::new();
    };
    let days = exact((last.day - first.day).max(1).unsigned_abs());
    let most = exact(most.max(1));
    let points: Vec<String> = samples
        .iter()
        .map(|sample| {
            let x = exact((sample.day - first.day).unsigned_abs()) / days * WIDTH;
            let height = exact(value(sample)) / most * (HEIGHT - 2.0 * MARGIN);
            format!("{x:.1},{:.1}", HEIGHT - MARGIN - height)
        })
        .collect();
    points.join(" ")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "points are drawn, not reckoned with"
)]
const fn exact(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::moment::Moment;

    #[test]
    fn points_stand_where_their_day_and_size_are() {
        let sample = |day, stored| Sample {
            at: Moment {
                exact: String::new(),
                relative: String::new(),
            },
            day,
            stored,
            used: 0,
        };
        let samples = [sample(100, 0), sample(101, 50), sample(104, 100)];
        assert_eq!(
            line(&samples, 100, |sample| sample.stored),
            "0.0,248.0 250.0,130.0 1000.0,12.0"
        );
        assert_eq!(line(&[], 100, |sample| sample.stored), "");
    }
}
