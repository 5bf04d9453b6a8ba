//! Places in what is checked, for the messages.

/// Where a value lies in what is checked.
pub(super) struct Place<'a> {
    within: Option<(&'a Place<'a>, Step<'a>)>,
    /// How many objects and lists it lies in.
    pub(super) depth: usize,
}

enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

impl<'a> Place<'a> {
    pub(super) const fn root() -> Self {
        Self {
            within: None,
            depth: 0,
        }
    }

    pub(super) const fn field(&'a self, name: &'a str) -> Self {
        self.step(Step::Field(name))
    }

    pub(super) const fn item(&'a self, index: usize) -> Self {
        self.step(Step::Item(index))
    }

    const fn step(&'a self, step: Step<'a>) -> Self {
        Self {
            within: Some((self, step)),
            depth: self.depth + 1,
        }
    }

    /// As a JSON pointer. Names come from schemas, so that none needs to be escaped.
    pub(super) fn path(&self) -> String {
        match &self.within {
            None => String::new(),
            Some((outer, Step::Field(name))) => format!("{}/{name}", outer.path()),
            Some((outer, Step::Item(index))) => format!("{}/{index}", outer.path()),
        }
    }
}
