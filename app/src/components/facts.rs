//! Names with what is said of them.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use leptos::prelude::*;

use crate::text;

/// A list of names and values.
#[component]
pub(crate) fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One name with its value.
#[component]
pub(crate) fn Fact(#[prop(into)] name: String, children: Children) -> impl IntoView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{children()}</dd>
        </div>
    }
}

/// Annotations or labels: texts of strangers by name.
#[component]
pub(crate) fn TextTable(label: &'static str, rows: Vec<(String, String)>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|(name, value)| {
            let value = match text::web_address(&value) {
                Some(href) => view! { <OutsideLink href /> }.into_any(),
                None => text::visible(&value).into_any(),
            };
            view! {
                <tr>
                    <th scope="row">{text::visible(&name)}</th>
                    <td>{value}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="text-table">
            <caption class="sr-only">{label}</caption>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// A link that a stranger gave, showing where it leads.
#[component]
pub(crate) fn OutsideLink(href: String) -> impl IntoView {
    view! {
        <a href=href.clone() rel="nofollow noopener ugc">
            {text::visible(&href)}
        </a>
    }
}
