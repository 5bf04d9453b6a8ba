//! The look of Longshore: its mark, and a quay where layers are loaded as containers.

use leptos::prelude::*;

/// The mark: three containers stacked to an L.
#[component]
pub(crate) fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect class="paint-rust" x="3" y="3" width="12" height="12" rx="2" />
            <rect class="paint-sea" x="3" y="17" width="12" height="12" rx="2" />
            <rect class="paint-brass" x="17" y="17" width="12" height="12" rx="2" />
        </svg>
    }
}

/// A container on deck: column from the bow, row from the deck, paint.
struct Container {
    column: u16,
    row: u16,
    paint: &'static str,
}

impl Container {
    const WIDTH: u16 = 74;
    const HEIGHT: u16 = 34;
    const GAP: u16 = 4;
    /// Where the first container stands.
    const DECK: (u16, u16) = (92, 274);

    fn x(&self) -> u16 {
        Self::DECK.0 + self.column * (Self::WIDTH + Self::GAP)
    }

    fn y(&self) -> u16 {
        Self::DECK.1 - (self.row + 1) * (Self::HEIGHT + Self::GAP)
    }
}

/// Column, row and paint of everything on deck.
const CARGO: [(u16, u16, &str); 11] = [
    (0, 0, "paint-sea"),
    (0, 1, "paint-brass"),
    (1, 0, "paint-rust"),
    (1, 1, "paint-foam"),
    (1, 2, "paint-sea"),
    (2, 0, "paint-foam"),
    (2, 1, "paint-rust"),
    (3, 0, "paint-brass"),
    (3, 1, "paint-sea"),
    (3, 2, "paint-rust"),
    (3, 3, "paint-foam"),
];

/// A ship being loaded. Decoration only: it is hidden from screen readers.
#[component]
pub(crate) fn HarbourScene() -> impl IntoView {
    let cargo = CARGO
        .iter()
        .map(|&(column, row, paint)| {
            let container = Container { column, row, paint };
            draw_container(container.x(), container.y(), container.paint)
        })
        .collect_view();
    view! {
        <svg class="harbour" viewBox="0 0 560 400" aria-hidden="true" focusable="false">
            <circle class="paint-sun" cx="468" cy="92" r="46" />
            // The crane's boom, its trolley, and the layer that it lowers.
            <path
                class="crane"
                d="M26 36H372M26 36v262M50 36v262M26 84l24-48M26 132l24-48M26 180l24-48M26 228l24-48M26 276l24-48"
            />
            <path class="cable" d="M258 36v64M312 36v64M258 100l27-14 27 14" />
            <rect class="crane-trolley" x="244" y="28" width="82" height="16" rx="3" />
            {draw_container(248, 100, "paint-brass")}
            {cargo}
            // Bridge, hull, quay.
            <path class="paint-bridge" d="M412 196h64v78h-64zM424 172h40v24h-40z" />
            <path class="window" d="M422 208h10v10h-10zM440 208h10v10h-10zM458 208h10v10h-10z" />
            <path class="paint-hull" d="M84 274h440l-34 96H122z" />
            <path class="paint-rust" d="M108 330h396l-14 40H122z" />
            <path class="quay" d="M0 298h72v102H0z" />
            <path class="quay-edge" d="M0 298h78v10H0z" />
        </svg>
    }
}

fn draw_container(x: u16, y: u16, paint: &'static str) -> impl IntoView {
    let ribs = (1..7)
        .map(|rib| {
            let rib_x = x + rib * Container::WIDTH / 7;
            format!("M{rib_x} {}v{}", y + 6, Container::HEIGHT - 12)
        })
        .collect::<Vec<_>>()
        .concat();
    view! {
        <rect class=paint x=x y=y width=Container::WIDTH height=Container::HEIGHT rx="3" />
        <path class="ribs" d=ribs />
    }
}
