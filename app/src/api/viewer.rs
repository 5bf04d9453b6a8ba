//! Whoever looks at a page.

/// Somebody who is signed in. The server provides an `Option<Viewer>` as Leptos context; pages for everybody ask for it
/// with [`Viewer::current`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Their lasting name.
    pub did: String,
    /// Their handle, when it is known and verified.
    pub handle: Option<String>,
    /// The first component of their image names: the handle, else the DID as image names spell it.
    pub namespace: String,
    /// Address of their picture, when they have one.
    pub avatar: Option<String>,
    /// What every form of theirs carries in the field [`FORM_TOKEN`]: it shows that the form comes from a page of
    /// their own.
    pub form_token: String,
}

/// The name of the hidden field of forms.
pub const FORM_TOKEN: &str = "form_token";

impl Viewer {
    /// What they are called on pages.
    pub fn name(&self) -> &str {
        self.handle.as_deref().unwrap_or(&self.did)
    }

    /// Whoever looks at the page that is being rendered; `None` for somebody who is not signed in.
    #[cfg(feature = "ssr")]
    pub fn current() -> Option<Self> {
        leptos::prelude::use_context::<Option<Self>>().flatten()
    }
}
